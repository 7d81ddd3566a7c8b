"""Autoencoders and the Ising model: the package underneath the course.

Import the module you need, for example ``from ai4mat_ising.exact import energy``;
importing the package itself loads nothing and changes no global state.
"""
