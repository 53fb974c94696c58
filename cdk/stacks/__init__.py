"""The four stacks, by lifecycle: they wire constructs together and grant rights."""
