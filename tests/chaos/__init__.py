"""The faults of the simulation, for real: processes killed, networks cut, functions that die, on
the local cloud with IAM enforced. `python -m tests.chaos`; docs/chaos.md.
"""
