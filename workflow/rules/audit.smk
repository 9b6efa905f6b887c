# Arms whose method has no epochs are judged by regressions on frozen features, in one job; of the others the networks of
# all folds are asked.
FROZEN_ARMS = [name for name, arm in CONFIG.arms.items() if METHODS[arm.method].at_once]


rule judge_by_networks:
    input:
        samples="<results>/samples/{dataset}/samples.parquet",
        noise="<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
        faces="<results>/faces/{dataset}/faces.parquet",
        action_units="<results>/action_units/{dataset}/action_units.parquet",
        records=fold_runs("run.json"),
        logits=fold_runs("held_out_logits.parquet"),
    output:
        audit=f"<results>/audit/{AUDIT}/audit.parquet",
        table=f"<results>/audit/{AUDIT}/audit.csv",
        matrix=f"<results>/audit/{AUDIT}/noise_matrix.csv",
        record=f"<results>/audit/{AUDIT}/audit.json",
    log:
        f"<results>/logs/audit/{AUDIT}/judge.log",
    benchmark:
        f"<results>/benchmarks/audit/{AUDIT}/judge.tsv"
    wildcard_constraints:
        arm=one_of(name for name in CONFIG.arms if name not in FROZEN_ARMS),
    conda:
        "../../envs/audit.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(30),
    params:
        runs=lambda w, input: [Path(record).parent for record in input.records],
        folder=lambda w, output: Path(output.audit).parent,
        cleanlab=lambda w: "--cleanlab" if audit_of(w).cleanlab else "",
    shell:
        ulcag(
            "judge --samples {input.samples:q} --noise {input.noise:q} --faces {input.faces:q}"
            " --action-units {input.action_units:q} --runs {params.runs:q} {params.cleanlab} --out {params.folder:q}"
        )


rule judge_by_regressions:
    input:
        ancient(PASSED),
        lambda w: there(training(w).weights),
        samples="<results>/samples/{dataset}/samples.parquet",
        noise="<results>/samples/{dataset}/noise/{noise}/seed{seed}.parquet",
        # with the shards beside it, as in training
        faces="<results>/faces/{dataset}/faces.parquet",
        action_units="<results>/action_units/{dataset}/action_units.parquet",
    output:
        audit=f"<results>/audit/{AUDIT}/audit.parquet",
        table=f"<results>/audit/{AUDIT}/audit.csv",
        matrix=f"<results>/audit/{AUDIT}/noise_matrix.csv",
        record=f"<results>/audit/{AUDIT}/audit.json",
    log:
        f"<results>/logs/audit/{AUDIT}/judge.log",
    benchmark:
        f"<results>/benchmarks/audit/{AUDIT}/judge.tsv"
    wildcard_constraints:
        arm=one_of(FROZEN_ARMS),
    conda:
        "../../envs/audit.yaml"
    threads: lambda w: training(w).threads
    resources:
        mem_mb=per_attempt(6000),
        runtime=per_attempt(120),
    params:
        settings=settings_of("training"),
        weights=lambda w: file_print(training(w).weights),
        folds=lambda w: audit_of(w).folds,
        folder=lambda w, output: Path(output.audit).parent,
        cleanlab=lambda w: "--cleanlab" if audit_of(w).cleanlab else "",
    shell:
        ulcag(
            "judge-frozen --settings {params.settings:q} --samples {input.samples:q}"
            " --noise {input.noise:q} --faces {input.faces:q} --action-units {input.action_units:q}"
            " --dataset-name {wildcards.dataset:q} --noise-name {wildcards.noise:q} --arm-name {wildcards.arm:q}"
            " --seed {wildcards.seed:q} --folds {params.folds} {params.cleanlab} --out {params.folder:q}"
        )


rule draw_audit:
    input:
        audit=f"<results>/audit/{AUDIT}/audit.parquet",
        matrix=f"<results>/audit/{AUDIT}/noise_matrix.csv",
        # with the shards beside it, as in training
        faces="<results>/faces/{dataset}/faces.parquet",
    output:
        page=report(
            f"<results>/audit/{AUDIT}/audit.html",
            caption="../report/audit.rst",
            category="Audit",
            labels={"data set": "{dataset}", "noise": "{noise}", "seed": "{seed}"},
        ),
    log:
        f"<results>/logs/audit/{AUDIT}/page.log",
    benchmark:
        f"<results>/benchmarks/audit/{AUDIT}/page.tsv"
    conda:
        "../../envs/audit.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(30),
    params:
        folder=lambda w, input: Path(input.audit).parent,
    shell:
        ulcag(
            "audit-page {params.folder:q} --faces {input.faces:q} --out {output.page:q}"
        )


# clean/ itself, with a link for each picture, is not declared: the command puts a finished one in place of an old one,
# and leaves alone what is not its own.
rule clean_labels:
    input:
        audit=f"<results>/audit/{AUDIT}/audit.parquet",
        samples="<results>/samples/{dataset}/samples.parquet",
    output:
        labels=f"<results>/audit/{AUDIT}/labels_clean.csv",
    log:
        f"<results>/logs/audit/{AUDIT}/clean.log",
    benchmark:
        f"<results>/benchmarks/audit/{AUDIT}/clean.tsv"
    conda:
        "../../envs/audit.yaml"
    resources:
        mem_mb=per_attempt(4000),
        runtime=per_attempt(60),
    params:
        folder=lambda w, input: Path(input.audit).parent,
    shell:
        ulcag("clean {params.folder:q} --samples {input.samples:q}")


rule audit_pages:
    input:
        TRAINED_ON,
        [f"<results>/audit/{audit.path}/audit.html" for audit in AUDITS],


rule audit:
    input:
        rules.audit_pages.input,
        [f"<results>/audit/{audit.path}/labels_clean.csv" for audit in AUDITS],
