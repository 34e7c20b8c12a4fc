"""The interview by voice: a candidate's line on one side, a live model on the other, the transcript between them."""
