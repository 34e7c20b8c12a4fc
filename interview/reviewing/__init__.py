"""What reviews are made of: who rates first, ratings, overrides, scorecards stored, what compares."""
