"""Frameworks as published data. Rows are written once by `load_framework` and never change."""

import pgtrigger
from django.db import models

from accelerator.models import Cohort

NEVER_CHANGES = pgtrigger.Protect(
    name="never_changes", operation=pgtrigger.Update | pgtrigger.Delete
)


@pgtrigger.register(NEVER_CHANGES)
class Framework(models.Model):
    """One published version: pillars, criteria and levels in a fixed order."""

    key = models.SlugField()
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    attribution = models.TextField()
    checksum = models.CharField(max_length=64)
    source = models.JSONField(help_text="The file as it was loaded")
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key", "published_at"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="framework_version_unique")
        ]

    def __str__(self) -> str:
        return f"{self.key}@{self.version}"


@pgtrigger.register(NEVER_CHANGES)
class Level(models.Model):
    """A level of confidence. `value` is its place, 0 the lowest."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="levels")
    value = models.PositiveSmallIntegerField()
    key = models.SlugField()
    name = models.CharField(max_length=60)
    short = models.CharField(max_length=30)
    meaning = models.TextField(blank=True)

    class Meta:
        ordering = ["framework", "value"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "value"], name="level_value_unique"),
            models.UniqueConstraint(fields=["framework", "key"], name="level_key_unique"),
        ]

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(NEVER_CHANGES)
class Pillar(models.Model):
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="pillars")
    position = models.PositiveSmallIntegerField()
    key = models.SlugField()
    title = models.CharField(max_length=100)
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["framework", "position"], name="pillar_position_unique"
            ),
            models.UniqueConstraint(fields=["framework", "key"], name="pillar_key_unique"),
        ]

    def __str__(self) -> str:
        return self.title


@pgtrigger.register(NEVER_CHANGES)
class Criterion(models.Model):
    """One cell of the grid. The overall statement of a pillar is rated but not `counted`."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="criteria")
    pillar = models.ForeignKey(Pillar, models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(help_text="Place in the whole framework, from 0")
    code = models.CharField(max_length=40)
    counted = models.BooleanField()
    statement = models.TextField()
    label = models.CharField(max_length=100)
    explainer = models.TextField()
    evidence_guidance = models.TextField()
    typical_evidence = models.JSONField(default=list)
    first_step = models.TextField()
    related = models.ManyToManyField("self", blank=True)
    terms = models.ManyToManyField("assessments.GlossaryTerm", related_name="criteria", blank=True)

    class Meta:
        ordering = ["framework", "position"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="criterion_code_unique"),
            models.UniqueConstraint(
                fields=["framework", "position"], name="criterion_position_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.code


@pgtrigger.register(NEVER_CHANGES)
class LevelDescriptor(models.Model):
    """What one level looks like for one criterion.

    (criterion, value) is what every rating's (criterion, level) points at in the database,
    so that no rating can hold a level its framework does not have.
    """

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="descriptors")
    level = models.ForeignKey(Level, models.CASCADE, related_name="+")
    value = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["criterion", "value"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "value"], name="descriptor_value_unique")
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.value}"


@pgtrigger.register(NEVER_CHANGES)
class GlossaryTerm(models.Model):
    framework = models.ForeignKey(Framework, models.CASCADE, related_name="terms")
    term = models.CharField(max_length=80)
    meaning = models.TextField()

    class Meta:
        ordering = ["term"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "term"], name="glossary_term_unique")
        ]

    def __str__(self) -> str:
        return self.term


class CohortFramework(models.Model):
    """The framework version with which a cohort's new assessments begin."""

    cohort = models.OneToOneField(Cohort, models.CASCADE, related_name="+", primary_key=True)
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.cohort}: {self.framework}"
