"""The commands. Each returns its exit status: 0 done or all is well, 1 not so or not done."""
