"""Experiments in service: begun, steered, ended, and how their arms stand."""
