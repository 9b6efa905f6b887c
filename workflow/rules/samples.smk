rule read_samples:
    input:
        data_of,
    output:
        samples="<results>/samples/{dataset}/samples.parquet",
        votes="<results>/samples/{dataset}/votes.parquet",
    log:
        "<results>/logs/samples/{dataset}.log",
    benchmark:
        "<results>/benchmarks/samples/{dataset}.tsv"
    conda:
        "../../envs/synthetic.yaml"
    threads: 2
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(120),
    params:
        settings=settings_of("samples"),
        labels=labels_of,
        # Rendered pictures outlive the rule's outputs: they are made once.
        cache=f"{RESULTS}/.cache",
    shell:
        ulcag(
            "samples --settings {params.settings:q} --cache {params.cache:q} --workers {threads}"
            " --out {output.samples:q} --out-votes {output.votes:q}"
        )


# Which shards have other rows or pictures than before is known once the samples are read: a corrected label is no reason
# to look for faces again. A checkpoint of its own, because Snakemake plans anew all that depends on one, and hundreds of
# runs depend on `read_samples`.
checkpoint list_samples:
    input:
        "<results>/samples/{dataset}/samples.parquet",
    output:
        touch(LISTED),


rule inject_noise:
    input:
        ancient(LISTED),
        lambda w: there(CONFIG.noise[w.noise].path),
        samples="<results>/samples/{dataset}/samples.parquet",
    output:
        noise="<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
    log:
        "<results>/logs/noise/{dataset}/{noise}/seed{seed}.log",
    benchmark:
        "<results>/benchmarks/noise/{dataset}/{noise}/seed{seed}.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(2000),
        runtime=per_attempt(10),
    params:
        settings=lambda w: json.dumps(CONFIG.noise[w.noise].plain(), sort_keys=True),
        labels=lambda w: file_print(CONFIG.noise[w.noise].path),
    shell:
        ulcag(
            "noise --settings {params.settings:q} --samples {input.samples:q} --seed {wildcards.seed:q}"
            " --out {output.noise:q}"
        )


# What is wrong with a data set, however bad it is: the table and its figure are there to be looked at.
rule check_samples:
    input:
        ancient(listed),
        samples="<results>/samples/{dataset}/samples.parquet",
    output:
        check="<results>/samples/{dataset}/check.csv",
        pictures="<results>/samples/{dataset}/pictures.parquet",
    log:
        "<results>/logs/check/{dataset}.log",
    benchmark:
        "<results>/benchmarks/check/{dataset}.tsv"
    conda:
        "../../envs/check.yaml"
    threads: 2
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(120),
    params:
        pictures=pictures_of,
    shell:
        ulcag(
            "check --samples {input.samples:q} --workers {threads} --on-fatal warn --out {output.check:q}"
            " --out-pictures {output.pictures:q}"
        )


# Stops what costs time on a data set with a fatal finding. A rule of its own, so that after `check: warn` no picture is
# looked at again; and a checkpoint, because behind an `ancient` input that is to be made, Snakemake does not ask whether
# parameters have changed.
checkpoint pass_check:
    input:
        unpack(check_of),
    output:
        passed=PASSED,
    log:
        "<results>/logs/check/{dataset}-passed.log",
    benchmark:
        "<results>/benchmarks/check/{dataset}-passed.tsv"
    conda:
        "../../envs/tables.yaml"
    resources:
        mem_mb=per_attempt(1000),
        runtime=per_attempt(30),
    params:
        check=lambda w, input: (
            option("check", input.check) if "check" in input.keys() else ""
        ),
        on_fatal=lambda w: (
            "stop" if CONFIG.datasets[w.dataset].check == "stop" else "warn"
        ),
    shell:
        ulcag(
            "gate {params.check} --on-fatal {params.on_fatal} --out {output.passed:q}"
        )


rule samples:
    input:
        CHECKPOINTS,
        expand("<results>/samples/{dataset}/samples.parquet", dataset=DATASETS),
