"""Pages of cases, by who uses them: reporters, readers, handlers."""
