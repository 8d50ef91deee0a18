"""What the kinds of facts say in words, in English and Japanese: `{by}` is whose affairs they belong to, `{other}` whom else they concern."""

from typing import Literal

Tongue = Literal["en", "ja"]

_WORDS: dict[str, tuple[str, str]] = {
    "application.closed": ("{by} closed an application's access to the Japanese interface.", "{by}が連携アプリの利用を停止しました。"),
    "application.registered": ("{by} registered an application for the Japanese interface.", "{by}が連携アプリを登録しました。"),
    "association.adopted": ("{by} adopted what {other} offers.", "{by}が{other}の提供資料を採用しました。"),
    "association.published": ("{by} offered something to its members.", "{by}が会員向けの資料を公開しました。"),
    "assurance.noted": ("{by} noted something on a line in a verification room.", "{by}が検証ルームの明細にコメントしました。"),
    "assurance.opinion_signed": ("{by} signed a verification opinion.", "{by}が検証意見に署名しました。"),
    "assurance.room_closed": ("{by} closed a verification room.", "{by}が検証ルームを閉じました。"),
    "assurance.room_opened": ("{by} opened a verification room.", "{by}が検証ルームを開設しました。"),
    "break_glass.approved": (
        "A second person at {by} let two persons read what {other} has released, for hours.",
        "{by}の2人目の担当者が、{other}の開示値を時間を限って閲覧することを承認しました。",
    ),
    "break_glass.asked": ("A person at {by} asked to read what {other} has released.", "{by}の担当者が、{other}の開示値の緊急閲覧を申請しました。"),
    "break_glass.ended": (
        "{by} ended an access of the operator to released values before its time.",
        "{by}が、運営者による開示値の緊急閲覧を期限前に終了しました。",
    ),
    "break_glass.refused": ("{by} did not approve reading what {other} has released.", "{by}が、{other}の開示値の緊急閲覧を却下しました。"),
    "client.closed": ("{by} ended a program's access.", "{by}がプログラムの利用を停止しました。"),
    "client.registered": ("{by} registered a program.", "{by}がプログラムを登録しました。"),
    "company.admitted": ("{by} admitted {other}.", "{by}が{other}の参加を承認しました。"),
    "company.applied": ("{by} applied for admission.", "{by}が参加を申請しました。"),
    "company.checked": ("{by} checked items of the admission of {other}.", "{by}が{other}の参加審査項目を確認しました。"),
    "company.declined": ("{by} declined {other}.", "{by}が{other}の参加を却下しました。"),
    "company.presented": ("{by} changed its public profile.", "{by}が会社情報を更新しました。"),
    "company.suspended": ("{by} suspended {other}.", "{by}が{other}の参加を停止しました。"),
    "company.verified": ("{by} verified {other}.", "{by}が{other}を確認しました。"),
    "control.proven": ("{by} proved that it controls a domain or a certificate.", "{by}がドメインまたは証明書の管理を証明しました。"),
    "criterion.moved": ("{by} said where a criterion of certification stands.", "{by}が認定基準の対応状況を更新しました。"),
    "diligence.assessed": ("{by} answered a questionnaire.", "{by}が質問票に回答しました。"),
    "diligence.consent_moved": ("{by} decided whether it may be named on a path.", "{by}が経路上で社名を示すかどうかを決めました。"),
    "diligence.mediated": ("{by} spoke as the mediator of a grievance.", "{by}が苦情の仲介者として発言しました。"),
    "diligence.grievance_moved": ("{by} received a grievance or took it a step further.", "{by}への苦情を受け付け、または次の段階に進めました。"),
    "diligence.materials_stated": ("{by} stated what a part holds and where that comes from.", "{by}が部品の含有物とその原産地を登録しました。"),
    "diligence.probe_received": ("A question through the chain reached {by}.", "サプライチェーンを通じた照会が{by}に届きました。"),
    "diligence.probed": ("{by} put a question to its chain.", "{by}がサプライチェーンに照会しました。"),
    "diligence.reported": ("{by} published its yearly report on due diligence.", "{by}がデュー・ディリジェンスの年次報告を公表しました。"),
    "diligence.risk_moved": ("{by} entered a risk or moved it on.", "{by}がリスクを登録し、または状態を更新しました。"),
    "diligence.stated": ("{by} stated what it knows of a part's chain.", "{by}が部品のサプライチェーンについて陳述しました。"),
    "diligence.verification_recorded": ("{by} recorded a third party's verification.", "{by}が第三者検証を記録しました。"),
    "exchange.delivered": ("{by} delivered to a partner's system.", "{by}が取引先システムに送信しました。"),
    "exchange.endpoint_stated": ("{by} stated its own system's address.", "{by}が自社システムのアドレスを登録しました。"),
    "exchange.footprint_accepted": ("{by} accepted a footprint from a partner's system.", "{by}が取引先システムからのCFPを受け入れました。"),
    "exchange.footprint_declined": ("{by} declined a footprint from a partner's system.", "{by}が取引先システムからのCFPを辞退しました。"),
    "exchange.footprint_quarantined": ("{by} set aside an implausible footprint.", "{by}が不合理なCFPを保留しました。"),
    "exchange.footprint_superseded": ("A footprint that was sent to {by} was superseded.", "{by}が受信したCFPが更新されました。"),
    "exchange.footprint_waiting": ("{by} received a footprint from a partner's system.", "{by}が取引先システムからCFPを受信しました。"),
    "exchange.given_up": ("{by} gave up a delivery to a partner's system.", "{by}が取引先システムへの送信を断念しました。"),
    "exchange.partner_forgotten": ("{by} ended the exchange with a partner's system.", "{by}が取引先システムとの連携を終了しました。"),
    "exchange.partner_stated": ("{by} stated its account at a partner's system.", "{by}が取引先システムのアカウントを登録しました。"),
    "evidence.added": ("{by} added a file of evidence.", "{by}が証憑ファイルを登録しました。"),
    "evidence.erased": (
        "{by} erased a file that held personal data; its hash stays.",
        "{by}が個人情報を含む証憑を消去しました（ハッシュは残ります）。",
    ),
    "evidence.linked": ("{by} said what a file of evidence proves.", "{by}が証憑を根拠となるデータに紐付けました。"),
    "evidence.removed": ("{by} removed a file of evidence; its hash stays.", "{by}が証憑ファイルを削除しました（ハッシュは残ります）。"),
    "fact.erased": ("{by} erased the personal data of a fact; its hash stays.", "{by}が記録の個人情報を消去しました（ハッシュは残ります）。"),
    "footprint.computed": ("{by} computed a footprint.", "{by}がカーボンフットプリントを算定しました。"),
    "footprint.declared": ("{by} published a declaration.", "{by}が宣言を公表しました。"),
    "footprint.described": ("{by} stated a product's particulars.", "{by}が製品の属性情報を登録しました。"),
    "footprint.released": ("{by} froze and signed values for buyers.", "{by}が開示値を確定し署名しました。"),
    "footprint.stated": ("{by} stated a part's footprint.", "{by}が部品のCFPを登録しました。"),
    "grant.first_read": ("{by} read what {other} granted, for the first time.", "{by}が{other}の開示したデータを初めて閲覧しました。"),
    "grant.given": ("{by} let {other} read something.", "{by}が{other}に開示を許可しました。"),
    "grant.revoked": ("{by} withdrew what it had let {other} read.", "{by}が{other}への開示許可を取り消しました。"),
    "import.registered": ("{by} imported a file.", "{by}がファイルを取り込みました。"),
    "key.created": ("{by} got a new key to sign with.", "{by}の署名鍵が作成されました。"),
    "key.retired": ("{by} signs no more with an older key.", "{by}が以前の署名鍵の使用を終了しました。"),
    "membership.asked": ("{by} asked {other} to be a member.", "{by}が{other}に入会を依頼しました。"),
    "membership.confirmed": ("{by} confirmed that it is a member of {other}.", "{by}が{other}の会員であることを確認しました。"),
    "membership.ended": ("{by} ended the membership with {other}.", "{by}が{other}との会員関係を終了しました。"),
    "leaving.announced": ("{by} announced that it leaves the platform.", "{by}が退会を申し出ました。"),
    "leaving.arrived": ("{by} took up what it brought along from another installation.", "{by}が他の設置先から持ち込んだデータを取り込みました。"),
    "leaving.cancelled": ("{by} stays after all.", "{by}が退会の申し出を取り消しました。"),
    "leaving.grant_closed": (
        "A grant that {by} brought along is closed: its recipient does not take part here.",
        "{by}が持ち込んだ開示許可のうち、相手先が参加していないものを終了しました。",
    ),
    "leaving.left": ("{by} has left; what was its alone is taken away.", "{by}が退会し、同社のみのデータを削除しました。"),
    "leaving.ordered": ("{by} asked for a bundle of all its data.", "{by}が全データの持ち出しを依頼しました。"),
    "leaving.packed": ("A bundle of all data of {by} was made.", "{by}の全データの持ち出しファイルを作成しました。"),
    "leaving.bundle_ended": ("A bundle of {by} was taken away: its time was over.", "{by}の持ち出しファイルを保存期限により削除しました。"),
    "leaving.received": ("{by} sent a bundle from another installation.", "{by}が他の設置先の持ち出しファイルを送信しました。"),
    "part.withdrawn": ("{by} withdrew a part.", "{by}が部品を取り下げました。"),
    "person.changed": ("{by} changed a colleague's access.", "{by}が社員の権限を変更しました。"),
    "person.erased": ("{by} erased a person's data.", "{by}が社員の個人情報を消去しました。"),
    "person.factor_added": ("Somebody at {by} set up a second factor.", "{by}の社員が二要素認証を設定しました。"),
    "person.factor_removed": ("{by} removed a second factor.", "{by}が二要素認証を解除しました。"),
    "person.recovery_used": ("Somebody at {by} logged in with a recovery code.", "{by}の社員が復旧コードでログインしました。"),
    "person.session_ended": ("Somebody at {by} ended another session.", "{by}の社員が別のログインを終了しました。"),
    "person.signed_on": (
        "Somebody at {by} logged in through its identity provider for the first time.",
        "{by}の社員がシングルサインオンで初めてログインしました。",
    ),
    "provider.changed": ("{by} changed its identity provider.", "{by}がIDプロバイダーの設定を変更しました。"),
    "person.invited": ("{by} opened an account for a colleague.", "{by}が社員のアカウントを作成しました。"),
    "person.password_changed": ("Somebody at {by} changed the own password.", "{by}の社員がパスワードを変更しました。"),
    "release.approval_approved": ("{by} approved a release.", "{by}が開示を承認しました。"),
    "release.approval_asked": ("{by} asked a second person to approve a release.", "{by}が開示の承認を依頼しました。"),
    "release.approval_returned": ("{by} gave back a release that was to be approved.", "{by}が開示の承認を差し戻しました。"),
    "register.entered": ("{by} entered something that concerns {other} into a register.", "{by}が{other}に関する事項を登録簿に記載しました。"),
    "register.settled": ("{by} settled or disclosed an entry that concerns {other}.", "{by}が{other}に関する登録事項を完了または開示しました。"),
    "release.policy_set": ("{by} set how far releases must leave its recipes open.", "{by}が開示方針を設定しました。"),
    "request.answered": ("{by} answered a request of {other}.", "{by}が{other}の依頼に回答しました。"),
    "request.asked": ("{by} asked {other} for a figure.", "{by}が{other}に数値を依頼しました。"),
    "request.cancelled": ("{by} took back a request to {other}.", "{by}が{other}への依頼を取り消しました。"),
    "request.linked": ("{by} linked a request of {other} to one of its parts.", "{by}が{other}の依頼を自社の部品に紐付けました。"),
    "request.looked_up": ("{by} looked up the state of a request, without its content.", "{by}が依頼の状態を確認しました（内容は見ていません）。"),
    "request.rejected": ("{by} declined a request of {other}.", "{by}が{other}の依頼を断りました。"),
    "person.joined": ("Somebody at {by} took up an invitation.", "{by}の社員が招待を受けて登録しました。"),
    "webhook.registered": ("{by} registered where a system of its own is told of events.", "{by}が通知先（Webhook）を登録しました。"),
    "webhook.removed": ("{by} removed where a system of its own was told of events.", "{by}が通知先（Webhook）を削除しました。"),
    "structure.changed": ("{by} stated a part's components.", "{by}が部品構成を登録しました。"),
    "support.added": ("{by} said more about its request for support.", "{by}がサポート依頼に追記しました。"),
    "support.answered": ("{by} answered {other}'s request for support.", "{by}が{other}のサポート依頼に回答しました。"),
    "support.closed": ("{by} closed a request for support.", "{by}がサポート依頼を完了しました。"),
    "support.opened": ("{by} asked the operator for support.", "{by}が運営者にサポートを依頼しました。"),
    "survey.contributed": ("{by} had its own figure counted in a survey.", "{by}が統計調査に自社の値を提供しました。"),
    "survey.drawn": (
        "A survey of {by} closed, and what may be published of it was drawn.",
        "{by}の統計調査が締め切られ、公表できる集計が作成されました。",
    ),
    "survey.opened": ("{by} opened a survey.", "{by}が統計調査を開始しました。"),
    "survey.taken_back": ("{by} took its figure back from a survey.", "{by}が統計調査に提供した値を取り下げました。"),
    "transparency.reported": ("{by} published a transparency report.", "{by}が透明性レポートを公表しました。"),
    "terms.accepted": ("{by} accepted the terms.", "{by}が利用規約に同意しました。"),
}
_NAMELESS = ("the operator", "運営者")  # companies that are in no member's directory
_OF_OPERATOR = (
    "break_glass.approved", "break_glass.asked", "break_glass.refused", "company.admitted", "company.checked", "company.declined",
    "company.suspended", "company.verified", "criterion.moved", "register.entered", "register.settled", "request.looked_up",
    "support.answered", "transparency.reported",
)  # fmt: skip
_OF_ASSOCIATIONS = ("association.published", "survey.drawn", "survey.opened")


def kinds() -> frozenset[str]:
    """The kinds of facts that there are words for."""
    return frozenset(_WORDS)


def in_general(kind: str, tongue: Tongue) -> str:
    """What facts of this kind say, whoever they are of: for counts over all companies. A kind without words says its own name."""
    if kind in _OF_OPERATOR:
        by, other = _NAMELESS, ("a company", "企業")
    elif kind in _OF_ASSOCIATIONS:
        by, other = ("an association", "業界団体"), ("a company", "企業")
    else:
        by, other = ("a company", "企業"), ("another", "他社")
    place = 1 if tongue == "ja" else 0
    words = said(kind, tongue, by[place], other[place])
    return words[0].upper() + words[1:] if kind in _WORDS else words


def said(kind: str, tongue: Tongue, by: str | None, other: str | None) -> str:
    """What a fact of this kind says. A kind without words says its own name."""
    place = 1 if tongue == "ja" else 0
    words = _WORDS.get(kind, (kind, kind))[place]
    return words.replace("{by}", by or _NAMELESS[place]).replace("{other}", other or _NAMELESS[place])
