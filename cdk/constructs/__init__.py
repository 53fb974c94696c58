"""Constructs build: one makes a Lambda, one a queue, one a table, one the API, one the site."""
