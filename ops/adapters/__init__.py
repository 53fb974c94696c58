"""What operators need of AWS beyond the functions' own adapters: scans, dead letters, stacks."""
