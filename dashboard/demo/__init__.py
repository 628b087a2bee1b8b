"""The demo organisations: a municipality and a builder with a year behind them. Everybody in it is invented."""
