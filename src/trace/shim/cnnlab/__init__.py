"""CNN Lab's driver: imports the user's file, finds its models, builds and calls them, and reports as JSON."""
