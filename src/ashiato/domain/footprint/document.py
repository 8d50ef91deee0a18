"""A declaration as a document that people read: PDF in English or Japanese, with a QR code that opens its page."""

from decimal import Decimal
from importlib import resources
from typing import Literal

from ashiato.domain.footprint.declaration import Declaration, Declared
from ashiato.domain.footprint.model import Stage
from ashiato.kernel.digest import Json
from ashiato.kernel.quantity import present
from ashiato.plumbing import typesetting

Language = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    "kind": ("Battery carbon footprint declaration", "電池カーボンフットプリント宣言"),
    "unit": ("kg CO₂e per kWh delivered over service life", "kg CO₂e／kWh（供用期間中の総供給エネルギー当たり）"),
    "stages": ("By life-cycle stage", "ライフサイクル段階別"),
    "stage": ("Stage", "段階"),
    "per_kwh": ("kg CO₂e/kWh", "kg CO₂e/kWh"),
    "per_unit": ("kg CO₂e/{unit}", "kg CO₂e/{unit}"),
    "share": ("share", "割合"),
    "total": ("Total", "合計"),
    Stage.RAW_MATERIALS: ("Raw material acquisition and pre-processing", "原材料の取得・前処理"),
    Stage.PRODUCTION: ("Main product production", "主要製品の製造"),
    Stage.DISTRIBUTION: ("Distribution", "流通"),
    Stage.END_OF_LIFE: ("End of life and recycling", "使用済み段階・リサイクル"),
    "quality": ("Data", "データ"),
    "primary": ("From own data of the companies", "各社の自社データの割合"),
    "dqr": ("Data quality (1 best, 5 worst)", "データ品質評価（1最良〜5）"),
    "per_kg": ("kg CO₂e per kg of battery", "電池1kg当たり kg CO₂e"),
    "energy": ("Energy over service life", "供用期間中の総供給エネルギー"),
    "coverage": ("Suppliers' parts answered of those asked:", "回答済み／依頼済みの部品数:"),
    "tier": ("tier {tier}: {answered} of {asked}", "第{tier}層: {answered}/{asked}"),
    "gaps": (
        "{number} of the manufacturer's own suppliers have not answered; published averages stand in ({share}).",
        "製造者の直接の仕入先のうち{number}件が未回答で、公表平均値で代替しています（{share}）。",
    ),
    "identity": ("Battery and manufacturer", "電池と製造者"),
    "manufacturer": ("Manufacturer", "製造者"),
    "corporate_number": ("Corporate number", "法人番号"),
    "plant": ("Manufacturing plant", "製造工場"),
    "model": ("Battery model", "電池モデル"),
    "category": ("Vehicle category, chemistry", "車両区分・化学系"),
    "declared_unit": ("Declared unit", "宣言単位"),
    "period": ("Reporting period", "対象期間"),
    "conformity": ("EU declaration of conformity", "EU適合宣言"),
    "study": ("Public study", "公開版の調査報告"),
    "absent": ("not stated", "記載なし"),
    "method": ("Method", "算定方法"),
    "rules": ("Rules", "規則"),
    "status": ("Standing", "位置づけ"),
    "unverified": ("Not verified in an official text", "公式文書で未確認の事項"),
    "comparison": ("Comparison", "比較"),
    "comparison_words": (
        "Figures under another method or version must not be compared with this one.",
        "別の方法または版による値と比較してはなりません。",
    ),
    "proof": ("Proof", "証明"),
    "declared_at": ("Declared at", "宣言日時"),
    "declaration_id": ("Declaration", "宣言番号"),
    "package": ("Digest of the frozen inputs", "凍結した入力のダイジェスト"),
    "signer": ("Signing key (thumbprint)", "署名鍵（サムプリント）"),
    "check": ("How to check", "検証方法"),
    "check_words": (
        "Get the file from the address in the code and run: ashiato declaration verify FILE",
        "コードのアドレスからファイルを取得し、ashiato declaration verify FILE を実行",
    ),
    "notice": (
        "This document renders a signed file; the file counts. Use phase excluded (EU 2023/1542, Annex II).",
        "この文書は署名済みファイルの表示であり、ファイルが正本です。使用段階は含みません（EU 2023/1542 附属書II）。",
    ),
    "qr": ("opens the declaration's page", "宣言のページを開きます"),
    "proof_line": ("{method} · {from_} to {to} · signed {day}", "{method} · {from_}〜{to} · {day} 署名"),
}


def declaration_pdf(declared: Declared, url: str, language: Language) -> bytes:
    """The PDF of a declaration; `url` is the address of its page."""
    template = (resources.files("ashiato.domain.footprint") / "declaration.typ").read_text(encoding="utf-8")
    content = _content(declared.declaration, declared.signer, language)
    return typesetting.pdf(template, content, {"qr.svg": typesetting.qr_svg(url)}, declared.declaration.declared_at)


class _Speaker:
    """Says headings and labels in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str) -> str:
        return _WORDS[key][0 if self.language == "en" else 1]


def _content(declaration: Declaration, signer: str, language: Language) -> Json:
    say = _Speaker(language)
    day = declaration.declared_at.date().isoformat()
    words: dict[str, Json] = {key: say(key) for key in ("stages", "quality", "coverage", "identity", "method", "proof", "notice")}
    return {
        "lang": language,
        "kind": say("kind"),
        "title": declaration.product.name,
        "author": declaration.manufacturer.name,
        "subtitle": f"{declaration.manufacturer.name} · {declaration.product.part_number}",
        "hero": present(declaration.result.per_kwh.kg_co2e_per_kwh),
        "hero_unit": say("unit"),
        "proof": say("proof_line").format(method=declaration.method.id, from_=declaration.period.start, to=declaration.period.end, day=day),
        "qr_alt": say("qr"),
        "qr_words": say("qr"),
        "footer": f"{declaration.declaration_id} · {declaration.method.id}",
        "words": words,
        **_stages(declaration, say),
        **_quality(declaration, say),
        "identity": _identity(declaration, say),
        "method": _method(declaration, say),
        "proofs": _proofs(declaration, signer, say),
    }


def _stages(declaration: Declaration, say: _Speaker) -> dict[str, Json]:
    result, per_kwh = declaration.result, declaration.result.per_kwh
    rows: list[Json] = [
        [say(stage), present(per_kwh.stages[stage]), present(result.stages[stage]), _percent(per_kwh.stage_shares[stage])] for stage in Stage
    ]
    return {
        "stage_header": [say("stage"), say("per_kwh"), say("per_unit").format(unit=declaration.product.declared_unit), say("share")],
        "stages": rows,
        "stage_total": [say("total"), present(per_kwh.kg_co2e_per_kwh), present(result.total), "100 %"],
    }


def _quality(declaration: Declaration, say: _Speaker) -> dict[str, Json]:
    result, absent = declaration.result, say("absent")
    gaps = say("gaps").format(number=result.unanswered_parts, share=_percent(result.unanswered_share)) if result.unanswered_parts else ""
    return {
        "quality": [
            [say("primary"), _percent(result.primary_data_share)],
            [say("dqr"), present(result.dqr, 3) if result.dqr is not None else absent],
            [say("per_kg"), present(result.kg_co2e_per_kg) if result.kg_co2e_per_kg is not None else absent],
            [say("energy"), f"{present(result.per_kwh.total_energy_kwh)} kWh/{declaration.product.declared_unit}"],
        ],
        "coverage": [say("tier").format(tier=tier.tier, answered=tier.answered, asked=tier.asked) for tier in result.coverage],
        "gaps": gaps,
    }


def _identity(declaration: Declaration, say: _Speaker) -> list[Json]:
    absent = say("absent")
    return [
        [say("manufacturer"), f"{declaration.manufacturer.name} ({declaration.manufacturer.country})"],
        [say("corporate_number"), declaration.manufacturer.corporate_number or absent],
        [say("plant"), f"{declaration.plant.name} ({declaration.plant.country})" if declaration.plant else absent],
        [say("model"), f"{declaration.product.name} ({declaration.product.part_number})"],
        [say("category"), f"{declaration.battery.category}, {declaration.battery.chemistry}"],
        [say("declared_unit"), declaration.product.declared_unit],
        [say("period"), f"{declaration.period.start} – {declaration.period.end}"],
        [say("conformity"), declaration.conformity_declaration_id or absent],
        [say("study"), declaration.study_url or absent],
    ]


def _method(declaration: Declaration, say: _Speaker) -> list[Json]:
    return [
        [say("rules"), f"{declaration.method.title} ({declaration.method.id}, {declaration.method.version})"],
        [say("status"), declaration.method.status],
        [say("unverified"), ", ".join(declaration.method.unverified) or "–"],
        [say("comparison"), say("comparison_words")],
    ]


def _proofs(declaration: Declaration, signer: str, say: _Speaker) -> list[Json]:
    return [
        [say("declared_at"), declaration.declared_at.isoformat(timespec="seconds")],
        [say("declaration_id"), declaration.declaration_id],
        [say("package"), declaration.package_digest.replace(":", ":\u200b", 1)],
        [say("signer"), signer],
        [say("check"), say("check_words")],
    ]


def _percent(share: Decimal) -> str:
    return f"{present(share * 100, 3)} %"
