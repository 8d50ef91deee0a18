"""Writes the workbooks of the demo's companies from the published inventory and from demo/factors.csv. See demo/SOURCES.md.

    .venv/bin/python demo/make_workbooks.py

The amounts are those of the CFB-EV example of Mintjes et al., PEFDPP (CC BY 4.0), per kilogram of each product, as published.
What the example does not give (stoichiometry of the precursor, losses by difference) is computed here, in the open.
"""

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ashiato.plumbing.spreadsheet import Sheet, write

HERE = Path(__file__).parent
FACTOR_FIELDS = ["code", "name", "value", "unit", "year", "geography", "source", "citation", "licence", "standing", "basis", "ter", "ger", "tir"]
ENGLISH = {
    "factors": ["Factor code", "Factor name", "Value", "Factor unit", "Year", "Geography", "Source", "Citation", "Licence", "Standing",
                "Electricity basis", "TeR", "GeR", "TiR"],
    "sites": ["Site code", "Site name", "Country"],
    "parts": ["Part number", "Part name", "Declared unit", "Site", "Supplier corporate number", "Supplier part number", "Secondary factor",
              "Secondary stage"],
    "structure": ["Parent", "Child", "Amount per parent", "Amount unit"],
    "inventory": ["Part number", "Stage", "Activity", "Amount", "Unit", "Factor", "Flow", "Data source", "Evidence"],
    "circularity": ["Part number", "Material", "Material mass (kg)", "Terms", "A", "R1", "R2", "Ev", "Erec", "Ev*", "Evidence"],
    "batteries": ["Part number", "Vehicle category", "Chemistry", "Delivered energy (kWh)"],
}  # fmt: skip
JAPANESE = {
    "factors": ["係数コード", "係数名", "値", "係数単位", "年", "地域", "出典", "引用", "ライセンス", "区分", "電力区分", "技術的代表性",
                "地理的代表性", "時間的代表性"],
    "sites": ["事業所コード", "事業所名", "国"],
    "parts": ["部品番号", "部品名", "宣言単位", "事業所", "仕入先法人番号", "仕入先部品番号", "二次係数", "二次係数の段階"],
    "structure": ["親部品番号", "子部品番号", "使用量", "使用量単位"],
    "inventory": ["部品番号", "段階", "活動", "数量", "単位", "係数", "フロー", "データ種別", "証憑"],
    "circularity": ["部品番号", "材料", "材料質量(kg)", "対象項", "配分係数A", "再生材投入率R1", "再生利用率R2", "Ev", "Erec", "Ev*", "証憑"],
    "batteries": ["部品番号", "車両区分", "化学系", "総供給エネルギー(kWh)"],
}  # fmt: skip
SHEETS_JA = {"factors": "排出係数", "sites": "事業所", "parts": "部品", "structure": "構成", "inventory": "インベントリ",
             "circularity": "循環", "batteries": "電池"}  # fmt: skip
NUMERIC = {"Value", "Year", "TeR", "GeR", "TiR", "値", "年", "技術的代表性", "地理的代表性", "時間的代表性"}
PRE, MAIN, WAY, END = "raw_materials", "production", "distribution", "end_of_life"
EXAMPLE = "CFB-EV example, PEFDPP"
BALANCE = "by difference: closes the mass balance of the process"

# One kilogram of pack delivers 1/0.00687583333333 kWh over eight years (the example's reference flow).
DELIVERED_KWH_PER_KG = (Decimal(1) / Decimal("0.00687583333333")).quantize(Decimal("0.0000000001"))
CELLS_PER_PACK = Decimal("0.72590929")  # kg of cells per kg of pack that reach pyrometallurgy


@dataclass
class Book:
    """What one company sends: rows by table."""

    name: str
    language: dict[str, list[str]]
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def add(self, table: str, *cells: object) -> None:
        self.rows.setdefault(table, []).append([str(cell) for cell in cells])

    def line(self, part: str, stage: str, activity: str, amount: object, unit: str, factor: str, flow: str, source: str = "own",
             evidence: str = EXAMPLE) -> None:  # fmt: skip
        self.add("inventory", part, stage, activity, amount, unit, factor, flow, source, evidence)

    def material(self, part: str, stage: str, activity: str, amount: object, factor: str, evidence: str = EXAMPLE) -> None:
        self.line(part, stage, activity, amount, "kg", factor, "input", "own", evidence)

    def balance(self, part: str, what: str, amount: object, flow: str) -> None:
        self.line(part, MAIN, what, amount, "kg", "", flow, "average", BALANCE)


def precursor() -> Book:
    """Ni1/3Co1/3Mn1/3(OH)2 by co-precipitation from the sulphates: amounts by stoichiometry (molar masses in g/mol)."""
    hydroxide = Decimal("91.53")
    moles = Decimal(1000) / hydroxide
    book = Book("wakasa-refining", ENGLISH)
    book.add("sites", "NIIGATA-CN", "Refinery, Jiangxi", "CN")
    book.add("parts", "PCAM-111", "NMC111 hydroxide precursor", "kg", "NIIGATA-CN", "", "", "", "")
    why = "stoichiometry of co-precipitation"
    total = Decimal(0)
    for name, factor, mass, share in (
        ("nickel sulphate hexahydrate", "NISO4", "262.85", Decimal(1) / 3),
        ("cobalt sulphate heptahydrate", "COSO4", "281.10", Decimal(1) / 3),
        ("manganese sulphate monohydrate", "MNSO4", "169.02", Decimal(1) / 3),
        ("sodium hydroxide", "NAOH", "40.00", Decimal(2)),
    ):
        amount = (moles * share * Decimal(mass) / 1000).quantize(Decimal("0.000001"))
        total += amount
        book.line("PCAM-111", PRE, name, amount, "kg", factor, "input", "average", why)
    book.line("PCAM-111", PRE, "sodium sulphate solution and water of crystallisation", total - 1, "kg", "", "waste", "average", why)
    return book


def lithium() -> Book:
    book = Book("enko-lithium", JAPANESE)
    book.add("sites", "JX", "江西工場", "CN")
    book.add("parts", "LI2CO3-BG", "電池グレード炭酸リチウム", "kg", "JX", "", "", "", "")
    book.material("LI2CO3-BG", PRE, "スポジュメンからの炭酸リチウム（公表値）", 1, "LI2CO3", "公表されたゆりかごからゲートまでの値")
    return book


def coke() -> Book:
    book = Book("seto-coke", JAPANESE)
    book.add("parts", "PETCOKE-A", "石油コークス（黒鉛原料用）", "kg", "", "", "", "", "")
    book.material("PETCOKE-A", PRE, "石油コークス（公表値）", 1, "PETCOKE", "公表されたゆりかごからゲートまでの値")
    return book


def cathode_active_material() -> Book:
    book = Book("sumida-materials", ENGLISH)
    book.add("sites", "HN", "Cathode plant, Hunan", "CN")
    book.add("parts", "CAM-111", "NMC111 cathode active material", "kg", "HN", "", "", "", "")
    book.add("parts", "PCAM", "NMC111 hydroxide, bought", "kg", "", "WAKASA", "PCAM-111", "", "")
    book.add("parts", "LICARB", "Lithium carbonate, bought", "kg", "", "ENKO", "LI2CO3-BG", "", "")
    book.add("structure", "CAM-111", "PCAM", "0.949", "kg")
    book.add("structure", "CAM-111", "LICARB", "0.383", "kg")
    book.line("CAM-111", PRE, "electricity, calcination", "6.873695339", "kWh", "ELEC-CN", "energy")
    book.line("CAM-111", PRE, "carbon dioxide of the carbonate", "0.206956", "kg", "gwp:CO2", "emission")
    book.balance("CAM-111", "gases and water driven off", "0.332", "emission")
    return book


def graphite() -> Book:
    book = Book("kurobe-graphite", ENGLISH)
    book.add("sites", "NM", "Graphitisation, Inner Mongolia", "CN")
    book.add("parts", "SG-22", "Synthetic graphite", "kg", "NM", "", "", "", "")
    book.add("parts", "COKE", "Petroleum coke, bought", "kg", "", "SETO", "PETCOKE-A", "", "")
    book.add("structure", "SG-22", "COKE", "0.96", "kg")
    book.material("SG-22", PRE, "coal tar pitch", "0.24", "COALTAR")
    book.line("SG-22", PRE, "natural gas", "5.431428288", "MJ", "HEAT-NG", "energy")
    book.line("SG-22", PRE, "electricity, graphitisation", "4.08248384376224", "kWh", "ELEC-CN", "energy")
    book.line("SG-22", PRE, "carbon dioxide of the process", "0.437056", "kg", "gwp:CO2", "emission")
    book.balance("SG-22", "volatile matter driven off", "0.2", "emission")
    return book


def electrolyte() -> Book:
    book = Book("shirakawa-electrolyte", ENGLISH)
    book.add("sites", "FJ", "Electrolyte plant, Fujian", "CN")
    book.add("parts", "EL-7", "Electrolyte, LiPF6 in EC and DMC", "kg", "FJ", "", "", "", "")
    for name, amount, factor in (
        ("lithium hexafluorophosphate", "0.126", "LIPF6"),
        ("ethylene carbonate", "0.425", "EC"),
        ("dimethyl carbonate", "0.425", "DMC"),
        ("vinylene carbonate", "0.024", "VC"),
    ):
        book.material("EL-7", MAIN, name, amount, factor)
    book.line("EL-7", MAIN, "electricity, mixing and drying", "0.416", "kWh", "ELEC-CN", "energy")
    return book


def separator() -> Book:
    book = Book("asama-films", ENGLISH)
    book.add("sites", "SD", "Film plant, Shandong", "CN")
    book.add("parts", "SEP-16", "Separator film", "kg", "SD", "", "", "", "")
    book.line("SEP-16", MAIN, "plastic film", 1, "kg", "PE-FILM", "input", "average", "the example gives no inventory: published factor")
    return book


def foil() -> Book:
    """Lists its part; its inventory stays with the company, which declines to answer."""
    book = Book("dozan-foil", ENGLISH)
    book.add("parts", "CUF-8", "Copper foil, 8 micrometres", "kg", "", "", "", "", "")
    return book


def cell() -> Book:
    book = Book("kamo-cells", ENGLISH)
    book.add("sites", "NB", "Cell plant, Ningbo", "CN")
    for number, name in (("CELL-111", "Cell, NMC111, prismatic"), ("CATHODE", "Cathode electrode"), ("ANODE", "Anode electrode")):
        book.add("parts", number, name, "kg", "NB", "", "", "", "")
    for number, name, supplier, theirs, secondary in (
        ("CAM", "Cathode active material, bought", "SUMIDA", "CAM-111", ""),
        ("GRAPHITE", "Synthetic graphite, bought", "KUROBE", "SG-22", ""),
        ("ELECTROLYTE", "Electrolyte, bought", "SHIRAKAWA", "EL-7", "ELECTROLYTE-EST"),
        ("SEPARATOR", "Separator, bought", "ASAMA", "SEP-16", ""),
        ("CU-FOIL", "Copper foil, bought", "DOZAN", "CUF-8", "CU"),
    ):
        book.add("parts", number, name, "kg", "", supplier, theirs, secondary, "production" if secondary else "")
    for parent, child, amount in (
        ("CELL-111", "ELECTROLYTE", "0.146"),
        ("CELL-111", "ANODE", "0.3375907838717756"),
        ("CELL-111", "CATHODE", "0.47633358377160023"),
        ("CELL-111", "SEPARATOR", "0.017530678687703482"),
        ("CELL-111", "CU-FOIL", "0.12379998330411553"),
        ("CATHODE", "CAM", "0.95"),
        ("ANODE", "GRAPHITE", "0.94"),
    ):
        book.add("structure", parent, child, amount, "kg")
    for name, amount, factor in (
        ("PET film", "0.00282243926872026", "PET"),
        ("polypropylene", "0.0012680524250772184", "PP"),
        ("aluminium container", "0.018198514066282662", "AL-CN"),
        ("aluminium positive terminal", "0.0101010101010101", "AL-CN"),
        ("aluminium foil", "0.03100008347942232", "AL-CN"),
    ):
        book.material("CELL-111", MAIN, name, amount, factor)
    book.line("CELL-111", MAIN, "electricity, assembly", "0.902917389", "kWh", "ELEC-CN", "energy", "own", f"{EXAMPLE}; meter C-1")
    book.line("CELL-111", MAIN, "electricity, formation", "0.2845557832", "kWh", "ELEC-CN", "energy", "own", f"{EXAMPLE}; meter C-2")
    book.line("CELL-111", MAIN, "heat, dry rooms", "12.5095", "MJ", "HEAT-NG", "energy", "own", f"{EXAMPLE}; gas bill")
    book.balance("CELL-111", "production scrap", "0.198120352", "waste")
    for name, amount, factor in (("carbon black", "0.025", "CARBONBLACK"), ("PVDF", "0.025", "PVDF"), ("NMP", "0.0056", "NMP")):
        book.material("CATHODE", MAIN, name, amount, factor)
    book.line("CATHODE", MAIN, "heat, drying", "25.747936213553864", "MJ", "HEAT-NG", "energy")
    book.line("CATHODE", MAIN, "electricity, coating", "0.44058783783783784", "kWh", "ELEC-CN", "energy")
    for name, amount, factor in (("CMC", "0.03", "CMC"), ("water", "1.0", "WATER"), ("carbon black", "0.01", "CARBONBLACK"), ("SBR", "0.02", "SBR")):
        book.material("ANODE", MAIN, name, amount, factor)
    book.line("ANODE", MAIN, "heat, drying", "7.724380864066159", "MJ", "HEAT-NG", "energy")
    book.line("ANODE", MAIN, "electricity, coating", "0.44058783783783784", "kWh", "ELEC-CN", "energy")
    book.balance("ANODE", "water evaporated", "1.0", "emission")
    copper = ["0.2", "0.72", "0.95", "CU", "CU-REC", ""]
    book.add("circularity", "CELL-111", "copper negative terminal", "0.033475248351281406", "material", *copper, EXAMPLE)
    return book


def housing() -> Book:
    book = Book("tateyama-housings", ENGLISH)
    book.add("sites", "NO-1", "Housing plant, Raufoss", "NO")
    book.add("parts", "HC-78", "Housing with cooling", "kg", "NO-1", "", "", "", "")
    for name, amount, factor in (
        ("aluminium", "0.7316365478804254", "AL"),
        ("HDPE", "0.022627934470528622", "HDPE"),
        ("ethylene glycol", "0.11631481168721498", "GLYCOL"),
        ("water", "0.11631481168721498", "WATER"),
        ("aluminium heater", "0.006552947137307886", "AL"),
    ):
        book.material("HC-78", MAIN, name, amount, factor)
    return book


def module() -> Book:
    book = Book("hokuto-modules", ENGLISH)
    book.add("sites", "NO-2", "Module plant, Arendal", "NO")
    book.add("parts", "MP-12", "Module parts", "kg", "NO-2", "", "", "", "")
    fibre = Decimal("0.012141280353200884")
    for name, amount, factor in (
        ("polyamide of the glass-fibre polyamide (70 %)", fibre * Decimal("0.7"), "PA66"),
        ("glass fibre of the glass-fibre polyamide (30 %)", fibre * Decimal("0.3"), "GLASSFIBRE"),
        ("aluminium enclosure", "0.3598233995584989", "AL"),
        ("HDPE", "0.019867549668874173", "HDPE"),
        ("aluminium heat conductor", "0.43708609271523186", "AL"),
        ("passive electronics", "0.12362030905077266", "PASSIVE"),
    ):
        book.material("MP-12", MAIN, name, amount, factor)
    book.add("circularity", "MP-12", "copper", "0.04746136865342164", "material", "0.2", "0.72", "0.95", "CU", "CU-REC", "", EXAMPLE)
    return book


def pack() -> Book:
    book = Book("akatsuki-packs", ENGLISH)
    book.add("sites", "NO-3", "Pack plant, Arendal", "NO")
    book.add("parts", "PACK-111", "Akatsuki traction battery NMC111", "kg", "NO-3", "", "", "", "")
    for number, name, supplier, theirs in (
        ("CELL", "Cell, bought", "KAMO", "CELL-111"),
        ("HOUSING", "Housing with cooling, bought", "TATEYAMA", "HC-78"),
        ("MODULE", "Module parts, bought", "HOKUTO", "MP-12"),
    ):
        book.add("parts", number, name, "kg", "", supplier, theirs, "", "")
    for child, amount in (("CELL", "0.7259092896857625"), ("HOUSING", "0.18495033422877494"), ("MODULE", "0.054902230274255004")):
        book.add("structure", "PACK-111", child, amount, "kg")
    fibre = Decimal("0.0001817954644842881")
    for name, amount, factor in (
        ("polyamide of the glass-fibre polyamide (70 %)", fibre * Decimal("0.7"), "PA66"),
        ("glass fibre of the glass-fibre polyamide (30 %)", fibre * Decimal("0.3"), "GLASSFIBRE"),
        ("battery management system", "0.02423939526457175", "BMS"),
        ("passive electronics", "0.004302492659461485", "PASSIVE"),
    ):
        book.material("PACK-111", MAIN, name, amount, factor)
    book.line("PACK-111", MAIN, "electricity, assembly", "0.000277778", "kWh", "ELEC-NO", "energy", "own", f"{EXAMPLE}; meter P-1")
    book.line("PACK-111", WAY, "lorry, 1,000 km", "1.0", "tkm", "LORRY", "energy", "average")
    _end_of_life(book)
    book.add("batteries", "PACK-111", "M1", "NMC111", DELIVERED_KWH_PER_KG)
    return book


def _end_of_life(book: Book) -> None:
    """Pyrometallurgy per kg of cells, hydrometallurgy of its alloy, and credits (1 − A = 0.8) for the metals recovered."""
    per_cell = [
        ("electricity, pyrometallurgy", "1.0", "kWh", "ELEC-DE", "energy"),
        ("heat from natural gas, pyrometallurgy", "2.506", "MJ", "HEAT-NG", "energy"),
        ("other heat, pyrometallurgy", "0.238", "MJ", "HEAT-OTHER", "energy"),
        ("limestone", "0.142", "kg", "LIMESTONE", "input"),
        ("silica", "0.122", "kg", "SILICA", "input"),
        ("quicklime", "0.08", "kg", "QUICKLIME", "input"),
        ("carbon black", "0.001", "kg", "CARBONBLACK", "input"),
        ("carbon dioxide of pyrometallurgy", "1.19448", "kg", "gwp:CO2", "emission"),
        ("electricity, hydrometallurgy", "0.0248", "kWh", "ELEC-DE", "energy"),
        ("heat from natural gas, hydrometallurgy", "1.84218", "MJ", "HEAT-NG", "energy"),
        ("other heat, hydrometallurgy", "0.04058", "MJ", "HEAT-OTHER", "energy"),
        ("ammonium nitrate", "0.02435", "kg", "NH4NO3", "input"),
        ("hydrochloric acid", "0.00974", "kg", "HCL", "input"),
        ("hydrogen peroxide", "0.30027", "kg", "H2O2", "input"),
        ("soda ash", "0.01623", "kg", "SODA", "input"),
        ("sodium hydroxide", "0.45446", "kg", "NAOH", "input"),
        ("sulphuric acid", "0.87646", "kg", "H2SO4", "input"),
    ]
    for name, amount, unit, factor, flow in per_cell:
        book.line("PACK-111", END, name, Decimal(amount) * CELLS_PER_PACK, unit, factor, flow, "average")
    for name, amount, factor in (("aluminium", "0.05929959698645503", "AL-EU"), ("copper", "0.15727521971860597", "CU")):
        credit = -Decimal(amount) * CELLS_PER_PACK * Decimal("0.8")
        book.line("PACK-111", END, f"credit: {name} recovered from cells, 1 − A = 0.8", credit, "kg", factor, "credit", "average")
    steel = ["0.2", "0.18", "0.90", "STEEL", "STEEL-REC", ""]
    copper = ["0.2", "0.72", "0.95", "CU", "CU-REC", ""]
    book.add("circularity", "PACK-111", "steel", "0.006181045792465796", "both", *steel, EXAMPLE)
    book.add("circularity", "PACK-111", "copper terminal", "0.0005453863934528643", "material", *copper, EXAMPLE)
    book.add("circularity", "PACK-111", "aluminium of housing and modules", "0.18028051", "end_of_life", "0.2", "0", "0.90", "AL", "AL-REC", "AL-EU",
             EXAMPLE)  # fmt: skip
    book.add("circularity", "PACK-111", "copper of modules and terminal", "0.00315113", "end_of_life", *copper, EXAMPLE)


def with_factors(book: Book, numbers: dict[str, str]) -> Book:
    """Adds the factors that the book names, and puts corporate numbers where suppliers are named."""
    stated = {row["code"]: row for row in csv.DictReader((HERE / "factors.csv").open(encoding="utf-8"))}
    used = {row[5] for row in book.rows.get("inventory", [])} | {row[6] for row in book.rows["parts"]}
    used |= {cell for row in book.rows.get("circularity", []) for cell in row[7:10]}
    for code in sorted(code for code in used if code and not code.startswith("gwp:")):
        book.add("factors", *(stated[code][field] for field in FACTOR_FIELDS))
    for row in book.rows["parts"]:
        row[4] = numbers[row[4]] if row[4] else ""
    return book


def main() -> None:
    """Writes every workbook beside this file: one company sends .csv in cp932, the others .xlsx."""
    numbers = {row["key"]: row["corporate_number"] for row in csv.DictReader((HERE / "companies.csv").open(encoding="utf-8"))}
    builders = (precursor, lithium, coke, cathode_active_material, graphite, electrolyte, separator, foil, cell, housing, module, pack)
    for build in builders:
        book = with_factors(build(), numbers)
        folder = HERE / "workbooks"
        folder.mkdir(exist_ok=True)
        order = [table for table in ENGLISH if table in book.rows]
        if book.name == "seto-coke":
            for table in order:
                with (folder / f"{book.name}-{table}.csv").open("w", encoding="cp932", newline="") as file:
                    csv.writer(file).writerows([book.language[table], *book.rows[table]])
            continue
        sheets = [Sheet(table if book.language is ENGLISH else SHEETS_JA[table], [book.language[table], *book.rows[table]]) for table in order]
        (folder / f"{book.name}.xlsx").write_bytes(write(sheets, frozenset(NUMERIC), datetime(2026, 4, 1, tzinfo=UTC)))


if __name__ == "__main__":
    main()
