"""Anonymous surveys and what came of them."""
