"""Words about words, time, numbers and places."""

from . import table

OPPOSITES = [tuple(pair.split("-")) for pair in """
hot-cold big-small tall-short fast-slow up-down left-right day-night black-white good-bad happy-sad
old-young old-new hard-soft wet-dry open-closed full-empty light-dark light-heavy loud-quiet rich-poor
clean-dirty early-late easy-hard thick-thin wide-narrow deep-shallow strong-weak sweet-sour near-far
in-out on-off start-stop begin-end push-pull give-take win-lose love-hate first-last high-low
above-below before-after always-never inside-outside summer-winter north-south east-west question-answer
friend-enemy rough-smooth sharp-blunt true-false alive-dead awake-asleep brave-afraid buy-sell laugh-cry
long-short many-few noisy-silent polite-rude safe-dangerous tight-loose warm-cool wise-foolish
""".split()]

DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = ("January February March April May June July August September October November December").split()
MONTH_DAYS = "31 28 31 30 31 30 31 31 30 31 30 31".split()
SEASONS = {
    "January": "winter", "February": "winter", "March": "spring", "April": "spring", "May": "spring",
    "June": "summer", "July": "summer", "August": "summer", "September": "autumn",
    "October": "autumn", "November": "autumn", "December": "winter",
}
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()

CAPITALS = table(
    """
France | Paris | French
Spain | Madrid | Spanish
Italy | Rome | Italian
Germany | Berlin | German
England | London | English
Portugal | Lisbon | Portuguese
Greece | Athens | Greek
Poland | Warsaw | Polish
Austria | Vienna | German
Ireland | Dublin | English
Norway | Oslo | Norwegian
Sweden | Stockholm | Swedish
Denmark | Copenhagen | Danish
Finland | Helsinki | Finnish
Hungary | Budapest | Hungarian
Russia | Moscow | Russian
Turkey | Ankara | Turkish
Egypt | Cairo | Arabic
Japan | Tokyo | Japanese
China | Beijing | Chinese
Thailand | Bangkok | Thai
Cuba | Havana | Spanish
Peru | Lima | Spanish
Chile | Santiago | Spanish
""",
    "x", "capital", "speech",
)

IRREGULAR_PLURALS = dict(pair.split("-") for pair in """
mouse-mice goose-geese foot-feet tooth-teeth man-men woman-women child-children person-people
sheep-sheep deer-deer fish-fish goldfish-goldfish salmon-salmon wolf-wolves leaf-leaves knife-knives
shelf-shelves loaf-loaves scarf-scarves calf-calves scissors-scissors ox-oxen
""".split())

RHYMES = [line.split() for line in """
cat hat bat mat rat
dog log fog frog
sun fun run bun
tree bee sea key
star car far jar
moon spoon soon tune
book cook look hook
ball wall tall fall
rain train brain plane
night light kite bite
house mouse
cake lake snake rake
king ring sing wing
red bed head bread
blue shoe two glue
day play say way
boat coat goat note
bear chair hair pear
fish dish wish
hand sand land band
clock sock rock lock
door floor four more
nose rose toes close
pen ten hen men
""".strip().splitlines()]

PAST_TENSE = [tuple(pair.split("-")) for pair in """
go-went eat-ate see-saw run-ran sing-sang swim-swam drink-drank write-wrote give-gave take-took
come-came buy-bought think-thought bring-brought sleep-slept drive-drove fly-flew sit-sat find-found
make-made walk-walked play-played jump-jumped cook-cooked look-looked help-helped talk-talked
""".split()]

MIXES = [tuple(mix.split("-")) for mix in """
red-yellow-orange blue-yellow-green red-blue-purple black-white-grey red-white-pink
red-green-brown
""".split()]

NAMES = (
    "Anna Ben Clara David Emma Finn Grace Henry Ida Jack Kate Leo Mia Noah Olive Paul Rosa Sam Tess "
    "Will Zoe Max Lily Tom Nora Hugo Ella Oscar Ruth Felix"
).split()

# Names of shops for rows that state their facts in the context. The shop of the sample dataset
# is not among them.
SHOP_FIRST = "Green Blue Golden Little Old Silver Happy Sunny Quiet Red Tiny Lucky".split()
SHOP_SECOND = "Lamp Door Spoon Garden Bell Bridge Star Basket Lion Tree Boat Apple".split()
SHOP_KINDS = "shop|bakery|cafe|book shop|toy shop|flower shop|music shop".split("|")
GOODS = (
    "bread cake tea coffee soup honey apples books pens flowers kites drums candles soap hats socks "
    "cups bells maps puzzles guitars flutes roses cheese chocolate"
).split()
