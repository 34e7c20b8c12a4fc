"""What analysts read is counted here: sums by day, the funnel, question and agreement figures, impact ratios."""
