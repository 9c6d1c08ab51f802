"""Fits the model of one pair to its dataset, and packs what the endpoint serves. Start with pipeline.py."""
