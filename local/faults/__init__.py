"""Functions that die at random, in the local cloud only. Nothing of it is deployed: it is in no
asset and in no stack. Whoever wants it puts it on the functions of a running local cloud.
"""
