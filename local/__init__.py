"""What stands in for the outside world on a laptop: the local cloud, an MQTT broker, an exchange,
and the commands that start, confirm, demonstrate and forget them. Nothing of the product imports
this room.
"""
