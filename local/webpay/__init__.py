"""A stand-in for Webpay Plus on the laptop: the same REST interface, and a page to pay on."""
