"""Demo data with a known truth: made-up interviews, held through the product's own use cases.

`roles.toml` says what is asked, `truth` what there is to know of each interview, `chance` makes it all from a seed,
`engine` asks and rates as the truth says, and `making` holds the interviews. The truth never reads a database, so that
every figure of the product can be computed a second time from it.
"""
