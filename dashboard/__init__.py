"""The roof: pages that gather what the other apps know. Reads, writes nothing."""
