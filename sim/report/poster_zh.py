"""The sentences of a poster in Chinese, with the terms of Chinese statistics and finance."""

from __future__ import annotations

import re

from sim.language import large

CHINESE = {
    "title": "共享平台与闲置厂房带来什么，由谁受益",
    "subtitle": "“{variant}”对照“{baseline}”：同一地区，{first}至{last}，{seeds}种可能的演变",
    "shared": "共享什么",
    "policies": "政府做什么",
    "own": "{name}：大企业的开放平台，自{month}起",
    "third-party": "{name}：不属于任何制造企业的平台，自{month}起",
    "site": "{name}：闲置厂房{floor}，改造后出租",
    "levers.talent_supply": "增加技能人才：{value}",
    "levers.knowledge_programme": "知识交流项目，强度{value}",
    "levers.entry_cost_cut": "降低创办企业的成本：{value}",
    "levers.tax_relief": "初创企业税收减免：{value}",
    "levers.platform_support": "平台费用补贴：{value}",
    "levers.rent_subsidy": "租金补贴：{value}",
    "levers.conversion_grant": "厂房改造补助：{value}",
    "levers.finance": "增加外部融资：{value}",
    "levers.demand": "新增需求：{value}",
    "nothing": "没有共享：两种情形的差别在别处",
    "more": "另有{count}项",
    "net": "净效果",
    "jobs": "净增就业（人）",
    "enterprises": "净增企业（家）",
    "value_added": "净增增加值（元）",
    "taxes": "净增税收（元）",
    "interval": "95%置信区间：{low}至{high}",
    "interval_none": "95%置信区间：{low}至{high}，可能没有增加",
    "interval_of_money": "95%置信区间：{low}至{high}",
    "interval_of_money_none": "95%置信区间：{low}至{high}，可能没有增加",
    "money": "只有一种演变，没有区间",
    "gross": "共享者名下的就业",
    "moved_in": "由本地迁入",
    "there_anyway": "原本就会有",
    "others": "其他企业的得失",
    "net_bar": "净增就业",
    "chain": "从共享者名下的就业，到确因共享而有的就业（人）",
    "cost": "谁受益，谁付代价",
    "worth": "元，{year}年价格，折现到{base}，年折现率{rate}%；横线为95%置信区间",
    "firms": "企业及其所有者",
    "workers": "职工",
    "state": "政府",
    "site_owner": "厂房业主",
    "platforms": "平台及其主办企业",
    "investors": "银行与投资者",
    "landlords": "别处的房东",
    "balance": "社会净收益",
    "sure": "有多大把握",
    "may_be_none": "{seeds}种演变中，有{part}种在共享时就业更多。平均值的置信区间包含零：也可能没有增加。",
    "clear": "{seeds}种演变中，有{part}种在共享时就业更多。平均值的置信区间不含零：并非偶然。",
    "balance_may_be_none": "{seeds}种演变中，有{part}种社会净收益为正。平均值的置信区间包含零：可能有得，也可能有失。",
    "balance_clear": "{seeds}种演变中，有{part}种社会净收益为正。平均值的置信区间不含零。",
    "middle": "居中的演变：净增就业{jobs}人，社会净收益{value}元。",
    "empty_floor": "若租户迁走后腾出的厂房一直空置，社会净收益平均为{value}元。",
    "rests": "以上结果依据{assumed}个假定值、{fitted}个拟合值和{evidence}个有出处的数值。",
    "cannot": "模型不能判断物价与工资如何变化、账外有何收益，以及{last}以后的情况。",
    "rivals": "未计入区外竞争者失去的销售额。",
    "free": "有些措施在模型中无人付费：其自身成本未计入。",
    "source": "这是模型在其假定之下的结果，不是预测。模型{model}；数据：{folder}/seeds.csv。",
}
# Titles and names of the shipped pairs; others are their authors' own.
NAMES = {
    "All together": "全部共享", "All apart": "互不共享", "Shougang's vacated site": "首钢腾退厂区",
    "Shougang's site stays empty": "首钢厂区闲置", "Haier's open platform": "海尔开放平台",
    "Haier's platform is not opened": "海尔平台不开放", "host": "主办企业", "third-party": "第三方平台",
    "shougang": "首钢", "haier": "海尔",
}  # fmt: skip
_UNITS = (
    ("yuan/m2/month", "元/平方米/月"), ("yuan/m2", "元/平方米"), ("/year", "/年"), ("m2", "平方米"),
    ("million yuan", "百万元"), ("bn yuan", "十亿元"), ("yuan", "元"), ("people", "人"),
)  # fmt: skip


def in_units(text: str) -> str:
    """A value that is written in English units, in Chinese ones."""
    for english, chinese in _UNITS:
        text = text.replace(english, chinese)
    return re.sub(r"(?<=\d) (?=\D)", "", text)


def money(x: float) -> str:
    """An amount of million yuan, in yuan."""
    return large(1e6 * x)
