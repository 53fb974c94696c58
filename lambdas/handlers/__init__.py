"""One file per deployed function: event in, use case, response out."""
