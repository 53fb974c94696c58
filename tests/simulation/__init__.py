"""A simulator that tries to break the laws of money: docs/simulation.md says how."""
