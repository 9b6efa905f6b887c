rule train_run:
    input:
        ancient(PASSED),
        lambda w: there(training(w).weights),
        samples="<results>/samples/{dataset}/samples.parquet",
        noise="<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
        # The shards beside it are read, too, but are not inputs: it is made after them and again with them, and hundreds
        # of runs times hundreds of shards would be a plan that takes minutes.
        faces="<results>/faces/{dataset}/faces.parquet",
        action_units="<results>/action_units/{dataset}/action_units.parquet",
        cooccurrence="<results>/graph/{dataset}/{fold}/cooccurrence.parquet",
    output:
        model=f"<results>/training/{RUN}/model.pt",
        logits=f"<results>/training/{RUN}/held_out_logits.parquet",
        state=f"<results>/training/{RUN}/train_state.parquet",
        templates=f"<results>/training/{RUN}/templates.parquet",
        relabels=f"<results>/training/{RUN}/relabels.parquet",
        history=f"<results>/training/{RUN}/history.parquet",
        record=f"<results>/training/{RUN}/run.json",
    log:
        f"<results>/logs/training/{RUN}.log",
    benchmark:
        f"<results>/benchmarks/training/{RUN}.tsv"
    conda:
        "../../envs/torch.yaml"
    # The command is told its threads by its settings, so that --cores changes no result.
    threads: lambda w: training(w).threads * training(w).processes
    resources:
        mem_mb=per_attempt(6000),
        # Not growing: each attempt goes on where the one before was stopped.
        runtime=720,
        # Changes no result: a resource, so that an edit trains nothing again.
        board=lambda w: (
            option("tensorboard", expand(f"{RESULTS}/tensorboard/{RUN}", **w)[0])
            if CONFIG.tensorboard
            else ""
        ),
    params:
        settings=train_settings,
        weights=lambda w: file_print(training(w).weights),
        start=start_of_training,
        folder=lambda w, output: Path(output.model).parent,
        # Not declared: Snakemake removes declared outputs of a job that was killed.
        state=f"{RESULTS}/.state/training/{RUN}",
    shell:
        ulcag(
            "train --settings {params.settings:q} --samples {input.samples:q}"
            " --noise {input.noise:q} --faces {input.faces:q} --action-units {input.action_units:q}"
            " --cooccurrence {input.cooccurrence:q}"
            " --dataset-name {wildcards.dataset:q} --noise-name {wildcards.noise:q} --arm-name {wildcards.arm:q}"
            " --seed {wildcards.seed:q} --fold {wildcards.fold:q} --out {params.folder:q} --state {params.state:q}"
            " {resources.board}",
            start="{params.start}",
        )


rule train:
    input:
        rules.faces.input,
        TRAINED_ON,
        per_run(f"<results>/training/{RUN}/run.json"),
