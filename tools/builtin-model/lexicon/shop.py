"""The invented music shop of the second sample dataset. {s} is the shop's name.

Each fact: the answer, a keyword of a right answer, twelve questions for training, and two that only
the held-out file asks.
"""

FACTS = (
    ("The Copper Fiddle opens at nine.", "nine", (
        "When does {s} open?", "What time does {s} open?", "At what time does {s} open its door?",
        "How early can I visit {s}?", "Tell me when {s} opens.", "When is the opening time of {s}?",
        "When can I come to {s} in the morning?", "What is the first hour of {s}?", "Which hour does {s} open at?",
        "When is {s} ready for guests in the morning?", "How early does {s} open?",
        "Tell me the opening time of {s}.",
    ), ("What is the opening time of {s}?", "At which hour does {s} open?")),
    ("The Copper Fiddle closes at six.", "six", (
        "When does {s} close?", "What time does {s} close?", "At what time does {s} shut its door?",
        "How late can I visit {s}?", "Tell me when {s} closes.", "When is the closing time of {s}?",
        "When does the day end at {s}?", "What is the last hour of {s}?", "Which hour does {s} close at?",
        "When does {s} shut in the evening?", "How late is {s} open?", "Tell me the closing time of {s}.",
    ), ("What is the closing time of {s}?", "At which hour does {s} close?")),
    ("The Copper Fiddle is closed on Tuesday.", "tuesday", (
        "On which day is {s} closed?", "What day is {s} closed?", "Which day should I not visit {s}?",
        "Tell me the day when {s} is closed.", "On what day does {s} rest?", "Which day is the free day of {s}?",
        "On which day of the week is {s} shut?", "When is {s} closed?", "Which day is {s} shut?",
        "Name the day when {s} is closed.", "Which day of the week does {s} rest?",
        "On what day of the week is {s} not open?",
    ), ("Which day of the week is {s} closed?", "Name the day when {s} is not open.")),
    ("Rosa owns the Copper Fiddle.", "rosa", (
        "Who owns {s}?", "Who is the owner of {s}?", "What is the name of the owner of {s}?", "Tell me who owns {s}.",
        "Whose shop is {s}?", "Who is the boss of {s}?", "Who started {s}?", "What do they call the owner of {s}?",
        "Name the woman who owns {s}.", "Who is the head of {s}?", "To whom does {s} belong?", "Which woman owns {s}?",
    ), ("What is the owner of {s} called?", "Name the owner of {s}.")),
    ("Felix is the helper at the Copper Fiddle.", "felix", (
        "Who is the helper at {s}?", "Who helps at {s}?", "What is the name of the helper at {s}?",
        "Tell me who helps at {s}.", "Which young man helps at {s}?", "Who is learning at {s}?",
        "Who helps the owner of {s}?", "What do they call the helper at {s}?", "Name the young man who helps at {s}.",
        "Who works for the owner of {s}?", "Which helper works at {s}?", "Who is the young helper of {s}?",
    ), ("What is the helper at {s} called?", "Name the helper at {s}.")),
    ("The cat of the Copper Fiddle is called Pepper.", "pepper", (
        "What is the cat of {s} called?", "What is the name of the cat at {s}?", "Which cat lives at {s}?",
        "Tell me the name of the cat at {s}.", "Who is the cat of {s}?", "What do they call the cat of {s}?",
        "How is the cat at {s} called?", "Name the animal that lives at {s}.", "What name does the cat of {s} have?",
        "Who is the cat that lives at {s}?", "Which name has the cat at {s}?", "What is the pet of {s} called?",
    ), ("Name the cat of {s}.", "What is the cat at {s} called?")),
    ("The Copper Fiddle is on Harbour Street.", "harbour street", (
        "Where is {s}?", "On which street is {s}?", "What street is {s} on?", "Tell me where {s} is.",
        "Where can I find {s}?", "What is the street of {s}?", "In which street is {s}?", "Which street is {s} on?",
        "Name the place where {s} is.", "On what street is {s}?", "Where do I find {s}?",
        "To which street must I go for {s}?",
    ), ("On what street can I find {s}?", "Name the street of {s}.")),
    ("The Copper Fiddle is next to the bakery.", "bakery", (
        "What is next to {s}?", "Which place is next to {s}?", "What is beside {s}?", "Tell me what is next to {s}.",
        "What can I see next to {s}?", "Who is the neighbour of {s}?", "Next to what is {s}?",
        "Which shop is beside {s}?", "Name the place next to {s}.", "What place is near {s}?",
        "What do I find next to {s}?", "What stands beside {s}?",
    ), ("Which shop is next to {s}?", "What place is beside {s}?")),
    ("The door of the Copper Fiddle is green.", "green", (
        "What colour is the door of {s}?", "Which colour is the door of {s}?", "What is the colour of the door of {s}?",
        "Tell me the colour of the door of {s}.", "What colour has the door of {s}?", "How is the door of {s} painted?",
        "What colour is the front door of {s}?", "Name the colour of the front door of {s}.",
        "Which colour has the door of {s}?", "Which door does {s} have?", "What colour does the door of {s} have?",
        "In which colour is the door of {s}?",
    ), ("Which colour does the door of {s} have?", "Name the colour of the door of {s}.")),
    ("The Copper Fiddle sells violins and flutes.", "violins and flutes", (
        "What does {s} sell?", "What can I buy at {s}?", "Which things does {s} sell?", "Tell me what {s} sells.",
        "What is for sale at {s}?", "What do people buy at {s}?", "What kind of things does {s} sell?",
        "What things can I buy at {s}?", "Which things are for sale at {s}?", "Name the things that {s} sells.",
        "What can people get at {s}?", "What is in the window of {s}?",
    ), ("Which things can I buy at {s}?", "What things are for sale at {s}?")),
    ("A violin at the Copper Fiddle costs 80 pounds.", "80", (
        "How much is a violin at {s}?", "What does a violin cost at {s}?", "What is the price of a violin at {s}?",
        "Tell me the price of a violin at {s}.", "How much does a violin cost at {s}?",
        "What do I pay for a violin at {s}?", "For how much does {s} sell a violin?",
        "What must I pay for a violin at {s}?", "What is a violin at {s} worth?", "How many pounds is a violin at {s}?",
        "Name the price of a violin at {s}.", "What is the cost of a new violin at {s}?",
    ), ("How much must I pay for a violin at {s}?", "What is the cost of a violin at {s}?")),
    ("A flute at the Copper Fiddle costs 15 pounds.", "15", (
        "How much is a flute at {s}?", "What does a flute cost at {s}?", "What is the price of a flute at {s}?",
        "Tell me the price of a flute at {s}.", "How much does a flute cost at {s}?",
        "What do I pay for a flute at {s}?", "For how much does {s} sell a flute?",
        "What must I pay for a flute at {s}?", "What is a flute at {s} worth?", "How many pounds is a flute at {s}?",
        "Name the price of a flute at {s}.", "What is the cost of a new flute at {s}?",
    ), ("How much must I pay for a flute at {s}?", "What is the cost of a flute at {s}?")),
    ("Clara is the teacher at the Copper Fiddle.", "clara", (
        "Who is the teacher at {s}?", "Who teaches at {s}?", "Who gives lessons at {s}?",
        "What is the name of the teacher at {s}?", "Tell me who teaches at {s}.", "Which woman teaches at {s}?",
        "Who can teach me at {s}?", "Name the woman who teaches at {s}.", "Who gives the lessons at {s}?",
        "What do they call the teacher at {s}?", "Who helps people learn music at {s}?", "Whose lessons are at {s}?",
    ), ("What is the teacher at {s} called?", "Name the teacher at {s}.")),
    ("Lessons at the Copper Fiddle are on Friday.", "friday", (
        "When are the lessons at {s}?", "On which day are the lessons at {s}?", "What day are lessons at {s}?",
        "Tell me the day of the lessons at {s}.", "When can I take a lesson at {s}?", "On what day does {s} teach?",
        "Which day has lessons at {s}?", "Which day can I take a lesson at {s}?", "Name the day when {s} teaches.",
        "When does {s} give lessons?", "On which day of the week are lessons at {s}?", "When can people learn at {s}?",
    ), ("On which day can I take a lesson at {s}?", "Name the day of the lessons at {s}.")),
    ("The Copper Fiddle repairs a violin in three days.", "three days", (
        "How long does a repair take at {s}?", "How many days does {s} need to repair a violin?",
        "How long does {s} need for a repair?", "Tell me how long a repair takes at {s}.",
        "How fast can {s} repair my violin?", "When is my violin repaired at {s}?",
        "How long must I wait for a repair at {s}?", "How many days must I wait for a repair at {s}?",
        "What time does a repair take at {s}?", "How long will {s} keep my violin?",
        "In how many days does {s} repair a violin?", "How many days is my violin at {s}?",
    ), ("How many days does a repair take at {s}?", "How long does {s} need to repair a violin?")),
    ("The Copper Fiddle makes violins from maple.", "maple", (
        "What wood does {s} use?", "Which wood does {s} use?", "From what wood are the violins of {s}?",
        "Tell me which wood {s} uses.", "What are the violins of {s} made of?", "What kind of wood does {s} use?",
        "Which tree gives the wood for {s}?", "Name the wood of the violins at {s}.",
        "What sort of wood is used at {s}?", "Which kind of wood is in the violins of {s}?",
        "From which tree is the wood of {s}?", "What wood does {s} make violins from?",
    ), ("What sort of wood does {s} use?", "Name the wood that {s} uses.")),
    ("Guests of the Copper Fiddle get free tea.", "tea", (
        "What do guests of {s} get?", "What is free at {s}?", "Which drink is free at {s}?",
        "Tell me what guests get at {s}.", "What can I drink at {s}?", "What drink does {s} give to guests?",
        "Which drink is there at {s}?", "What drink can I get at {s}?", "Which drink do people get at {s}?",
        "Name the drink that guests of {s} get.", "What can guests drink at {s}?", "What drink is free at {s}?",
    ), ("What drink do guests of {s} get?", "Which drink can I get at {s}?")),
    ("The Copper Fiddle is twelve years old.", "twelve", (
        "How old is {s}?", "What is the age of {s}?", "How many years old is {s}?", "Tell me how old {s} is.",
        "For how many years has {s} been there?", "How long has {s} been open?", "For how many years has {s} been open?",
        "Name the age of {s}.", "How many years has {s} been there?", "For how long has {s} been open?",
        "What age does {s} have?", "How many years is {s} open?",
    ), ("Tell me the age of {s}.", "How many years has {s} been open?")),
    ("The music night of the Copper Fiddle is in October.", "october", (
        "When is the music night of {s}?", "In which month is the music night of {s}?",
        "What month is the music night of {s}?", "Tell me when the music night of {s} is.",
        "In what month does {s} have its music night?", "When does {s} have a music night?",
        "Which month has the music night of {s}?", "Name the month when {s} has its music night.",
        "Which month is the music night of {s} in?", "In what month is the music night at {s}?",
        "When can I hear music at {s}?", "When is the night of music at {s}?",
    ), ("Name the month of the music night of {s}.", "In which month does {s} have its music night?")),
    ("The symbol of the Copper Fiddle is an owl.", "owl", (
        "What is the symbol of {s}?", "Which animal is the symbol of {s}?", "What animal is on the sign of {s}?",
        "Tell me the symbol of {s}.", "What can I see on the sign of {s}?", "Which bird is the symbol of {s}?",
        "What is on the sign of {s}?", "Name the animal on the sign of {s}.", "What bird is on the sign of {s}?",
        "Which animal does {s} have on its sign?", "What animal is the symbol of {s}?", "Which symbol does {s} have?",
    ), ("Name the symbol of {s}.", "Which animal is on the sign of {s}?")),
)

NAMES = ("the Copper Fiddle", "the Copper Fiddle shop")
