"""What is said of one study: scan, network and scores put together, for pages, exports and commands alike."""
