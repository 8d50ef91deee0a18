"""The Japanese of what due diligence refuses, by code. The English stands where the flaw is found."""

JAPANESE: dict[str, str] = {
    "template.sheet": "必要なシートが見つかりません。",
    "template.columns": "金属・製錬業者名・製錬業者識別番号の見出し行が見つかりません。",
    "template.contradiction": "すべての製錬業者が特定済みと回答されていますが、未特定の行があります。原産地は不明のままとします。",
    "template.unanswered": "すべての製錬業者を特定したかどうかの回答がありません。供給者に回答を依頼してください。",
    "template.question": "すべての製錬業者を特定したかを問う設問が見つからないため、英語版または日本語版を送ってもらってください。",
    "template.mines": "見出し行が見つからないため、このシートの鉱山は読み込んでいません。テンプレートの見出し行を残してください。",
    "mine.smelter": "製錬業者一覧にない製錬業者です。一覧の名称で記入してください。",
    "mine.ambiguous": "同じ名称の製錬業者が複数あります。製錬業者識別番号（CID）で記入してください。",
    "mine.unused": "この鉱山から調達する製錬業者の記入がないため、この行は読み込んでいません。",
    "mine.recycled": "リサイクル材のみを使用すると回答された製錬業者です。この鉱山は読み込んでいません。",
    "smelter.metal": "テンプレートにない金属名です。",
    "smelter.name": "製錬業者名がありません。",
    "smelter.merged": "金属名は上の行から引き継ぎました。",
    "smelter.repeated": "同じ製錬業者が別の行にあります。この行を削除してください。",
    "country.form": "国名として読み取れません。ISO 3166-1の2文字コードで記入してください。",
    "origin.cid": "製錬業者識別番号の形式が違います。CIDと6桁の数字です。",
    "origin.country": "国はISO 3166-1の2文字コードで入力してください（例：CL）。",
    "origin.region": "地域は国コードに続くISO 3166-2のコードで入力してください（例：CN-XJ）。",
    "origin.audit": "製錬業者を監査した制度の名称を入力してください。",
    "origin.mass": "質量は0より大きい数値を入力してください。",
    "origin.beyond": "原産地の質量の合計が、部品に含まれる量を超えています（100 %超）。いずれかの質量を減らしてください。",
    "content.mass": "質量は0より大きく、損失は0 %以上100 %未満で入力してください。",
    "content.repeated": "同じ材料が二度あります。合計の質量を一度だけ入力してください。",
    "content.beyond": "材料の質量の合計が部品の質量を超えています（100 %超）。",
    "risk.plan": "是正・取引終了に進むには、責任者・計画・期限が必要です。",
    "verification.days": "有効期間の終了日が開始日より前です。",
    "evidence.unknown": "そのファイルは登録されていないか、削除されています。",
    "evidence.expired": "証憑の有効期限が切れています。有効なものを追加してください。",
    "evidence.missing": "この回答には証憑ファイルが必要です。",
    "probe.purpose": "制裁または強制労働に関する法令を目的とする場合にのみ照会できます。",
    "probe.subject": "材料名、または country:CN、region:CN-XJ、smelter:CID003255、company: と法人番号の形で入力してください。",
    "assessment.subject": "質問票の対象を選択してください。",
    "answer.missing": "未回答の質問があります。",
    "answer.past": "過去の日付です。今後の日付を入力してください。",
    "text.empty": "入力してください。",
    "text.long": "文字数が多すぎます。",
    "text.control": "制御文字など、目に見えない文字は使えません。",
}


def in_japanese(code: str) -> str | None:
    """The message of a flaw in Japanese, without the figures that the English one names; None where it has no words here."""
    return JAPANESE.get(code)
