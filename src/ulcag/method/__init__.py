"""The paper as code, and nothing else: pure functions and small modules on tensors. No file, no loop.

Shapes in the docstrings: N batch, C classes, D backbone features, M action units, B features of a node.
Equation numbers are those of Liu, Zhang, Kauttonen and Zhao, ICPR 2022, doi 10.1109/ICPR56361.2022.9956650.

Eq. 1, 2 confidence.py; 3, 4, 7, 11 losses.py; 5, 6 au_graph.py; 8 templates.py; 9, 10 relabelling.py; 12, 13 ramps.py.
ulc_ag.py puts them together, with the settings of settings.py.
"""
