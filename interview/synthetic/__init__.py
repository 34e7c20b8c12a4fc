"""Demo data with a known truth: made-up interviews, held through the product's own use cases.

`roles.toml` says what is asked, `asking` and `truth` what there is to know of each interview, and `chance` makes it all
from a seed, with `talking`, `hearing`, `elsewhere`, `probing` and `arranging`. `engine` asks and rates as the truth has
it, `making` and `holding` hold the interviews, and `besides` does what a team does besides: rehearse plans (`trials`),
keep templates, answer requests, score a position again (`rereading`). The truth never reads a database, so that every
figure of the product can be computed a second time from it.
"""
