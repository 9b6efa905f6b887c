"""Commands of the prediction stage: new pictures, and the network in a form that others can load."""

import argparse
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add the commands of this stage."""
    predict = commands.add_parser("predict", help="predict expressions and action units of faces in new pictures")
    predict.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    predict.add_argument("images", type=Path, nargs="+", metavar="IMAGES", help="pictures, or folders of pictures")
    predict.add_argument("--out", type=Path, required=True, help="folder for predictions.parquet, .csv and .json")
    predict.add_argument(
        "--annotated", action="store_true", help="also write the pictures with the predictions drawn on them"
    )
    predict.add_argument(
        "--whole-image", action="store_true", help="do not search for faces: the pictures are crops already"
    )
    predict.add_argument(
        "--batch", type=int, default=64, metavar="N", help="faces in a batch; does not affect the result"
    )
    predict.set_defaults(do=_predict)

    export = commands.add_parser("export", help="export a run's network as ONNX and safetensors, with a model card")
    export.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    export.add_argument("--out", type=Path, required=True, help="folder for model.onnx, model.safetensors, README.md")
    export.add_argument(
        "--with-aus", action="store_true", help="keep the auxiliary branch and output action units, too"
    )
    export.add_argument("--metrics", type=Path, help="metrics.json of the run, for the model card")
    export.set_defaults(do=_export)


def _predict(options: argparse.Namespace) -> None:
    from ulcag.prediction.run import predict_pictures

    predict_pictures(
        options.run,
        options.images,
        options.out,
        whole_image=options.whole_image,
        annotate=options.annotated,
        batch=options.batch,
    )


def _export(options: argparse.Namespace) -> None:
    from ulcag.prediction.export import export_run

    export_run(options.run, options.out, with_units=options.with_aus, metrics=options.metrics)
