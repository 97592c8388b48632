"""Where a study is kept: its database, its clips and its study.yaml. Only `kit.study` uses this package."""
