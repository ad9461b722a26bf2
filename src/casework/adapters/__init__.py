"""What touches the world: stores, channels, importers, workers."""
