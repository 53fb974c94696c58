"""The functions behind the API and the queues: a pure core (domain), and plumbing around it."""
