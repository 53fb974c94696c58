"""What clients of the HTTP API were told, judged by one model of an account: the pure domain.

Used by the simulation and by the chaos run. docs/simulation.md, law 8.
"""
