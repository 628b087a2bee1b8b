"""Texts that come from other programs and go to them: Word, HTML, Markdown, PDF."""
