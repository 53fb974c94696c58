"""PDF documents: typst templates, their words and fonts, and how figures are written in them."""
