"""The Japanese of every message that a file can meet, by code. The English stands where the flaw is found."""

from ashiato.kernel.errors import Flaw

JAPANESE: dict[str, str] = {
    "required": "必須の項目が空です。",
    "choice": "選択肢にない値です。",
    "number.form": "数値として読めません。",
    "number.range": "数値が範囲を超えています。",
    "number.positive": "0より大きい数値を入力してください。",
    "number.rating": "1から5までの整数を入力してください。",
    "number.year": "西暦の年を入力してください。",
    "number.share": "0から1までの数値を入力してください。",
    "number.line": "1以上の整数を入力してください。",
    "unit.unknown": "不明な単位です。",
    "unit.not_intensity": "排出係数の単位ではありません（例: kg CO2e/kWh）。",
    "unit.no_conversion": "単位を換算できません。質量または単位を確認してください。",
    "text.long": "文字数が多すぎます。",
    "text.control": "制御文字など、目に見えない文字は使えません。",
    "country.form": "国はISO 3166-1の2文字で入力してください（例: JP）。",
    "corporate_number.form": "法人番号は13桁の数字です。",
    "corporate_number.check_digit": "法人番号の検査用数字が一致しません。",
    "lei.check_digits": "LEIの検査用数字が一致しません。",
    "bpn.form": "BPNはBPNLと12桁の英数字です。",
    "part.unknown": "この部品番号は登録されていません。",
    "part.bought_with_inventory": "購入部品にはインベントリを登録できません。",
    "part.made_with_supplier": "内製部品に仕入先は指定できません。",
    "part.secondary_for_made": "二次係数は購入部品にのみ指定できます。",
    "part.mass_differs": "宣言単位が質量のとき、単位質量は宣言単位から決まります。",
    "site.unknown": "この事業所コードは登録されていません。",
    "factor.unknown": "この係数コードは登録されていません。",
    "factor.reserved": "gwp: で始まるコードは直接排出のために予約されています。",
    "factor.unrated": "データ品質（TeR・GeR・TiR）が行にも係数にもありません。",
    "factor.electricity_unit": "電力区分は電力の係数にのみ指定できます。",
    "factor.per_mass": "この係数は質量当たりではありません。",
    "factor.per_energy": "この係数はエネルギー当たりではありません。",
    "gas.unknown": "直接排出のガスが不明です。gwp:CO2、gwp:CH4、gwp:CH4_biogenic、gwp:N2O を使ってください。",
    "structure.amount": "使用量は0より大きい数値です。",
    "structure.self": "部品自身を構成部品にはできません。",
    "structure.cycle": "構成が循環しています。",
    "structure.bought_parent": "購入部品に構成は登録できません。",
    "inventory.negative": "負の値はクレジットのみ使えます。",
    "inventory.credit": "クレジットは負の値です。",
    "inventory.factor_needed": "係数がありません。負荷のない流出のみ係数を省けます。",
    "circular.sum": "R2とR3の合計は1以下です。",
    "row.repeated": "同じ行が二度あります。",
    "row.held_back": "同じ部品の別の行、またはこの行が参照する行に誤りがあるため、この行も保留します。",
    "sheet.headers": "見出しが足りません。",
    "sheet.none": "表が見つかりません。",
    "battery.incomplete": "電池モデルの記載が足りません。",
}

OF_ANSWERS: dict[str, str] = {
    "request.unknown": "この依頼は受け取っていません。",
    "request.form": "依頼IDの形式が正しくありません。",
    "request.transition": "この依頼は現在の状態ではこの操作を受け付けません。",
    "answer.both": "部品番号と辞退の理由は、どちらか一方だけを入力してください。",
    "answer.part": "この依頼は別の部品で回答済みです。",
    "answer.workbook": "回答用の表が見つかりません。",
    "footprint.incomplete": "この部品のフットプリントはまだ計算できません。",
}


def in_japanese(flaw: Flaw) -> str:
    """The flaw's message in Japanese, with the suggestion where there is one."""
    message = (JAPANESE | OF_ANSWERS).get(flaw.code, flaw.message)
    return f"{message}候補: {flaw.suggestion}" if flaw.suggestion else message
