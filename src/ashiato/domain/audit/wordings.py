"""What the kinds of facts say in words, in English and Japanese: `{by}` is whose affairs they belong to, `{other}` whom else they concern."""

from typing import Literal

Tongue = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    "application.closed": ("{by} closed an application's access to the Japanese interface.", "{by}が連携アプリの利用を停止しました。"),
    "application.registered": ("{by} registered an application for the Japanese interface.", "{by}が連携アプリを登録しました。"),
    "client.closed": ("{by} ended a program's access.", "{by}がプログラムの利用を停止しました。"),
    "client.registered": ("{by} registered a program.", "{by}がプログラムを登録しました。"),
    "company.admitted": ("{by} admitted {other}.", "{by}が{other}の参加を承認しました。"),
    "company.applied": ("{by} applied for admission.", "{by}が参加を申請しました。"),
    "company.declined": ("{by} declined {other}.", "{by}が{other}の参加を却下しました。"),
    "company.presented": ("{by} changed its public profile.", "{by}が会社情報を更新しました。"),
    "company.suspended": ("{by} suspended {other}.", "{by}が{other}の参加を停止しました。"),
    "company.verified": ("{by} verified {other}.", "{by}が{other}を確認しました。"),
    "fact.erased": ("{by} erased the personal data of a fact; its hash stays.", "{by}が記録の個人情報を消去しました（ハッシュは残ります）。"),
    "footprint.computed": ("{by} computed a footprint.", "{by}がカーボンフットプリントを算定しました。"),
    "footprint.declared": ("{by} published a declaration.", "{by}が宣言を公表しました。"),
    "footprint.released": ("{by} froze and signed values for buyers.", "{by}が開示値を確定し署名しました。"),
    "footprint.stated": ("{by} stated a part's footprint.", "{by}が部品のCFPを登録しました。"),
    "grant.first_read": ("{by} read what {other} granted, for the first time.", "{by}が{other}の開示したデータを初めて閲覧しました。"),
    "grant.given": ("{by} let {other} read something.", "{by}が{other}に開示を許可しました。"),
    "grant.revoked": ("{by} withdrew what it had let {other} read.", "{by}が{other}への開示許可を取り消しました。"),
    "import.registered": ("{by} imported a file.", "{by}がファイルを取り込みました。"),
    "key.created": ("{by} got a new key to sign with.", "{by}の署名鍵が作成されました。"),
    "key.retired": ("{by} signs no more with an older key.", "{by}が以前の署名鍵の使用を終了しました。"),
    "part.withdrawn": ("{by} withdrew a part.", "{by}が部品を取り下げました。"),
    "person.changed": ("{by} changed a colleague's access.", "{by}が社員の権限を変更しました。"),
    "person.erased": ("{by} erased a person's data.", "{by}が社員の個人情報を消去しました。"),
    "person.invited": ("{by} opened an account for a colleague.", "{by}が社員のアカウントを作成しました。"),
    "person.password_changed": ("Somebody at {by} changed the own password.", "{by}の社員がパスワードを変更しました。"),
    "request.answered": ("{by} answered a request of {other}.", "{by}が{other}の依頼に回答しました。"),
    "request.asked": ("{by} asked {other} for a figure.", "{by}が{other}に数値を依頼しました。"),
    "request.cancelled": ("{by} took back a request to {other}.", "{by}が{other}への依頼を取り消しました。"),
    "request.linked": ("{by} linked a request of {other} to one of its parts.", "{by}が{other}の依頼を自社の部品に紐付けました。"),
    "request.rejected": ("{by} declined a request of {other}.", "{by}が{other}の依頼を断りました。"),
    "structure.changed": ("{by} stated a part's components.", "{by}が部品構成を登録しました。"),
}
_NAMELESS = ("the operator", "運営者")  # companies that are in no member's directory


def kinds() -> frozenset[str]:
    """The kinds of facts that there are words for."""
    return frozenset(_WORDS)


def said(kind: str, tongue: Tongue, by: str | None, other: str | None) -> str:
    """What a fact of this kind says. A kind without words says its own name."""
    place = 1 if tongue == "ja" else 0
    words = _WORDS.get(kind, (kind, kind))[place]
    return words.replace("{by}", by or _NAMELESS[place]).replace("{other}", other or _NAMELESS[place])
