"""Room: pseudo action units from OpenFace."""
