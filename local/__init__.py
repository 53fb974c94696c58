"""Everything that the system needs around it on a laptop: the local cloud, an MQTT broker, a
simulated exchange, and the commands that start, use and delete a run. The product itself never
imports this package.
"""
