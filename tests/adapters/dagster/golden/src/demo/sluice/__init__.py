"""Runs the steps of a graph; the same in every export."""
