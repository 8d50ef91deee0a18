"""An opinion as a document that people read: PDF in English or Japanese. The signed JSON counts; the paper renders it."""

from datetime import UTC, datetime, time
from importlib import resources
from typing import Literal

from ashiato.domain.assurance.model import Conclusion, Level
from ashiato.domain.assurance.opinions import Signed
from ashiato.plumbing import typesetting

Language = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    "kind": ("Verification opinion on a product carbon footprint", "製品カーボンフットプリント検証意見書"),
    "sentence": (
        "{verifier} has examined the carbon footprint named here under {standard}, with {level}, and concludes as above.",
        "{verifier}は、{standard}に基づき、以下のカーボンフットプリントについて{level}の検証を実施し、上記のとおり結論付けました。",
    ),
    Level.LIMITED: ("limited assurance", "限定的保証"),
    Level.REASONABLE: ("reasonable assurance", "合理的保証"),
    Conclusion.UNMODIFIED: ("Unmodified opinion", "無限定適正意見"),
    Conclusion.QUALIFIED: ("Qualified opinion", "限定付適正意見"),
    Conclusion.ADVERSE: ("Adverse opinion", "不適正意見"),
    Conclusion.DISCLAIMED: ("Disclaimer of opinion", "意見不表明"),
    "company": ("Company", "対象企業"),
    "verifier": ("Verifier", "検証機関"),
    "about": ("Footprint", "対象CFP"),
    "signed_on": ("Signed on", "署名日"),
    "examined": ("Examined", "確認状況"),
    "counts": ("{ticked} lines seen, {raised} points raised, {settled} settled", "確認{ticked}件、質問・指摘{raised}件、解決{settled}件"),
    "package": ("Digest of the frozen inputs", "凍結した入力のダイジェスト"),
    "digest": ("Digest of the opinion", "意見書のダイジェスト"),
    "key": ("Signing key (thumbprint)", "署名鍵（サムプリント）"),
    "footer": ("This document renders a signed file; the file counts.", "この文書は署名済みファイルの表示であり、ファイルが正本です。"),
}


def opinion_pdf(signed: Signed, thumbprint: str, language: Language) -> bytes:
    """The PDF of an opinion; `thumbprint` names the key that signed it. The same opinion gives the same bytes."""

    def say(key: str) -> str:
        return _WORDS[key][0 if language == "en" else 1]

    one = signed.opinion
    rows = [
        [say("company"), one.company_name], [say("verifier"), one.verifier_name], [say("about"), one.label],
        [say("signed_on"), one.signed_on.isoformat()],
        [say("examined"), say("counts").format(ticked=one.ticked, raised=one.raised, settled=one.settled)], [say("package"), one.package_digest],
        [say("digest"), signed.digest], [say("key"), thumbprint],
    ]  # fmt: skip
    sentence = say("sentence").format(verifier=one.verifier_name, standard=one.standard, level=say(one.level))
    content = {
        "lang": language, "kind": say("kind"), "title": one.label, "author": one.verifier_name, "conclusion": say(one.conclusion),
        "sentence": sentence, "reasons": one.words, "rows": rows, "footer": say("footer"),
    }  # fmt: skip
    template = (resources.files("ashiato.domain.assurance") / "opinion.typ").read_text(encoding="utf-8")
    return typesetting.pdf(template, content, {}, datetime.combine(one.signed_on, time(), UTC))  # type: ignore[arg-type]
