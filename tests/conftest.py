"""What holds for all tests."""

from hypothesis import settings

# How long one example takes says more about who else uses the machine than about our code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
