"""The HTTP API: schemas, routes, and the OpenAPI file that is generated from both."""
