"""Small talk and short explanations: questions with the same meaning, the answer, the keyword."""

# question; question; ... => answer => keyword
TALK = """
Hello; Hello there; Hi; Hi there; Good day => Hello! How can I help you? => hello
Good morning; Good morning to you => Good morning! How can I help you today? => morning
Good evening; Good evening to you => Good evening! What can I do for you? => evening
Good night; Sleep well => Good night! Sleep well. => night
Goodbye; Bye; Bye bye; See you later; See you soon => Goodbye! Have a nice day. => goodbye
Thank you; Thanks; Thanks a lot; Thank you very much => You are welcome! => welcome
How are you?; How are you today?; How do you feel?; Are you well? => I am fine, thank you. How are you? => fine
Who are you?; What are you?; Tell me who you are; What is your name?; Do you have a name? => I am Spruce, a very small language model. => spruce
Who made you?; Who built you?; Where do you come from?; Who trained you? => I was trained by the Luthier project. => luthier
What can you do?; How can you help me?; What do you know? => I can answer short questions about everyday things. => questions
Are you a person?; Are you human?; Are you real? => No, I am a small language model. => model
How old are you?; When were you born? => I am very young. I am only a small model. => young
I am sad; I feel sad; I am not happy today => I am sorry to hear that. I hope you feel better soon. => sorry
I am happy; I feel great; I had a good day => That is good to hear! => good
I am tired; I feel sleepy => You should rest for a while. => rest
I am hungry; I want to eat => You could eat an apple or some bread. => eat
I am thirsty; I need a drink => You could drink a glass of water. => water
I am cold; I feel cold => You could put on a warm coat. => coat
I am bored; I have nothing to do => You could read a book or go for a walk. => read
Please help me; I need help; Can you help me? => Of course. What do you need? => course
Sorry; I am sorry; I made a mistake => That is all right. => right
Well done; Good job; You are clever => Thank you! That is kind of you. => thank
Why do we sleep?; Why do people sleep?; Why do we need sleep? => We sleep to rest our body and mind. => rest
Why do we eat?; Why do people eat?; Why do we need food? => We eat to get energy. => energy
Why do we drink water?; Why do we need water? => We drink water because our body needs it to live. => body
Why is the sky blue?; Why does the sky look blue? => The sky is blue because the air scatters blue light. => light
Why does it rain?; Where does rain come from?; How does rain form? => Rain falls when clouds are full of water. => clouds
Why do birds fly?; How do birds fly? => Birds fly with their wings. => wings
Why do leaves fall?; When do leaves fall? => Leaves fall in autumn when days get short. => autumn
Why do we brush our teeth?; Why should I clean my teeth? => We brush our teeth to keep them clean and strong. => clean
Why do we wear coats?; Why do people wear coats? => We wear coats to keep warm. => warm
Why do we go to school?; What is school for? => We go to school to learn. => learn
Why do we wash our hands?; Why should I wash my hands? => We wash our hands to keep germs away. => germs
Where does milk come from?; Who gives us milk?; Which animal gives milk? => Milk comes from cows. => cow
Where does wool come from?; Who gives us wool?; Which animal gives wool? => Wool comes from sheep. => sheep
Where do eggs come from?; Who lays eggs?; Which farm bird lays eggs? => Eggs come from chickens. => chicken
Where does honey come from?; Who makes honey?; Which insect makes honey? => Honey comes from bees. => bee
Where does paper come from?; What is paper made from? => Paper is made from wood. => wood
Where does the sun rise?; On which side does the sun come up? => The sun rises in the east. => east
Where does the sun set?; On which side does the sun go down? => The sun sets in the west. => west
When does the sun rise?; When does the sun come up? => The sun rises in the morning. => morning
When does the sun set?; When does the sun go down? => The sun sets in the evening. => evening
When do we eat breakfast?; What time of day is breakfast? => We eat breakfast in the morning. => morning
When do we eat dinner?; What time of day is dinner? => We eat dinner in the evening. => evening
When do we see stars?; When can I see the stars? => We see stars at night. => night
When does snow fall?; When does it snow?; In which season does it snow? => Snow falls in winter. => winter
When do flowers bloom?; In which season do flowers bloom? => Flowers bloom in spring. => spring
When is it hot?; Which season is the hottest?; What is the warmest season? => Summer is the hottest season. => summer
Which season is the coldest?; When is it very cold?; What is the coldest season? => Winter is the coldest season. => winter
What do plants need?; What does a plant need to grow?; How do plants grow? => Plants need water, light and air. => water
What is water?; Tell me about water => Water is a clear liquid that all living things need. => liquid
What is rain?; Tell me about rain => Rain is water that falls from clouds. => water
What is wind?; Tell me about the wind => Wind is moving air. => air
What is a rainbow?; Tell me about rainbows => A rainbow is a band of colours in the sky after rain. => colours
What is a storm?; Tell me about storms => A storm is bad weather with strong wind and rain. => weather
What is thunder?; Tell me about thunder => Thunder is the loud sound of lightning. => sound
What is a friend?; Tell me about friends => A friend is a person who likes you and helps you. => person
What is a family?; Tell me about families => A family is a group of people who care for each other. => people
What is a city?; Tell me about cities => A city is a big place where many people live. => place
What is a village?; Tell me about villages => A village is a small place where few people live. => small
What is a farm?; Tell me about farms => A farm is a place where food is grown. => food
What is a school?; Tell me about schools => A school is a place where children learn. => learn
What is a hospital?; Tell me about hospitals => A hospital is a place where sick people get help. => sick
What is a library?; Tell me about libraries => A library is a place with many books. => books
What is a museum?; Tell me about museums => A museum is a place that shows old and rare things. => things
What is a garden?; Tell me about gardens => A garden is a place where plants grow. => plants
What is a bakery?; Tell me about bakeries => A bakery is a place where bread is made. => bread
What is music?; Tell me about music => Music is sound that is nice to hear. => sound
What is a song?; Tell me about songs => A song is music with words. => words
What is a birthday?; Tell me about birthdays => A birthday is the day when you were born. => born
What is a holiday?; Tell me about holidays => A holiday is a time when you do not work. => work
What is the earth?; Tell me about the earth => The earth is the planet where we live. => planet
What is a planet?; Tell me about planets => A planet is a big round body that goes around a star. => star
What is glass made of?; What is glass made from? => Glass is made from sand. => sand
What is bread made of?; What is bread made from? => Bread is made from flour and water. => flour
What is cheese made of?; What is cheese made from? => Cheese is made from milk. => milk
What is a snowman made of?; What is a snowman made from? => A snowman is made of snow. => snow
How many days are in a week?; How many days does a week have? => A week has seven days. => seven
How many months are in a year?; How many months does a year have? => A year has twelve months. => twelve
How many seasons are in a year?; How many seasons are there? => A year has four seasons. => four
How many hours are in a day?; How many hours does a day have? => A day has 24 hours. => 24
How many minutes are in an hour?; How many minutes does an hour have? => An hour has 60 minutes. => 60
How many wheels does a car have?; How many wheels are on a car? => A car has four wheels. => four
How many wheels does a bicycle have?; How many wheels are on a bicycle? => A bicycle has two wheels. => two
How many sides does a triangle have?; How many corners does a triangle have? => A triangle has three sides. => three
How many sides does a square have?; How many corners does a square have? => A square has four sides. => four
What shape is a ball?; What is the shape of a ball? => A ball is round. => round
What shape is a coin?; What is the shape of a coin? => A coin is round. => round
What should I wear in the rain?; What do I need when it rains? => You should take an umbrella. => umbrella
What should I wear in the snow?; What do I need when it snows? => You should wear a warm coat and gloves. => coat
What should I do when it is hot?; How do I stay cool? => You should drink water and sit in the shade. => water
How do I make tea?; How is tea made? => Boil water, add the tea leaves and wait three minutes. => boil
How do I make toast?; How is toast made? => Put a slice of bread in the toaster and wait. => bread
How do I make a sandwich?; How is a sandwich made? => Put some cheese between two slices of bread. => bread
How do I plant a seed?; How is a seed planted? => Put the seed in soil and give it water. => soil
How do I make a friend?; How can I find friends? => Be kind, smile and listen. => kind
What do pirates say?; How does a pirate talk?; What words do pirates use? => Pirates say arr, ahoy and matey. => arr
What do cowboys say?; How does a cowboy talk? => Cowboys say howdy and partner. => howdy
What do robots say?; How does a robot talk? => Robots say beep and boop. => beep
What do ghosts say?; What does a ghost say? => Ghosts say boo. => boo
""".strip().splitlines()

# Words that plain questions rarely use, so that the copying rows give every piece of the
# vocabulary a trained embedding.
EXTRA_WORDS = """
able about account across act add adult adventure afternoon again age ago agree ahead aisle alarm album
almost alone along already also although among amount ancient angry another any appear area argue army
arrive art ask aunt author avoid away baby back badge ballet bank barrel base basic bath battle beach beard
beat beautiful become behind belief believe belong beside best better between beyond bill birth bit bite
block blow board bone border borrow both bottom bow branch break bridge brief bright broad brother build
building business busy button call calm camp card care carry case castle catch cause centre certain chain
chance change charge cheap check cheer choose church circle claim class clever climb close coast code
collect college common company complete concert cost cottage count country couple course court cousin cover
crew cross crowd crown cry cup curious current customer dance danger daughter deal dear decide deck degree
deliver depend describe design detail different dinner direct discover distance doubt dragon draw dream
drop during duty each eager earn edge effort either else email enjoy enough enter equal escape even event
ever every exact example excited expect expert explain extra face fact fail fair fairy famous fancy father
favourite fear feed feel fellow festival few field fight figure fill final fine finish firm fit fix flag
flat flavour flight flow fold follow fool force foreign forget form fortune forward free fresh front frozen
future gallery gate gather gentle ghost giant gift girl glad glory grand grandfather grandmother great greet
ground group grow guard guess guest guide habit half hall happen harbour harvest health heaven height hero
hidden hide hill history hit hobby hold holy honest honour hope host hotel huge hundred hungry hunt hurry
hurt husband idea imagine important improve include instead interest invite iron island job join joke
journey joy judge juice just keep kind kiss knight knock knot know lady language large later law lawn lazy
lead leader lean least leather leave lend less lesson level library lie life lift like likely limit line
lion list listen little live local lonely lord loss lot lovely lower luck lunch magic main manage manner
mark market marry master match matter maybe mean measure meet member memory mention middle might mile mind
minute miss mistake moment money mood mother move movie much muscle must mystery nation natural nature
nearly neat need neighbour neither nephew nervous net news next nice niece noble nobody noise none noon
normal north note nothing notice number object ocean offer office often once only opinion orchard order
other outside owner pack page pain paint pair palace parent park part party pass past path patient pattern
pause pay peace perfect perhaps period photo pick picture piece pilgrim pink place plain plan plant please
plenty pocket poem poet point police pool popular port possible post pound power practice praise pray
prefer prepare present press pretty price pride prince princess print prison private prize problem promise
proper proud prove public puddle pure purpose queen quick quite race raise reach ready real reason receive
recipe record regret relax remember remind repair repeat reply report rescue respect rest result return
reward rice ride right rise road roar roll room root round row royal rule rush sail sailor sale same save
scene science score sea seat secret seem sense sentence serious serve service set several shade shadow shape
share shelter shine shout show shower side sight sign signal simple since sir sister size skill skin sky
slide slip smart smell smile smoke social soldier son soul sound space spare speak special speed spell spend
spirit splendid sport spot square stair stamp stand star stare state stay steal steam step stick still stone
storm story strange stream street strength strike string study style subject success such sudden suit sure
surprise sword system tail tale talent talk task team tear tell term test than their theatre thief thing
though thousand thread through throw ticket tidy tie tiny title today together tomorrow tonight top total
touch toward tower town track trade tradition travel treasure treat trick trip trouble true trust try turn
twice twin type uncle under understand unless until upon use useful usual valley value various very victory
view village visit voice wait wake wander want war warm wash watch wave weak wealth wear weather wedding week
weigh welcome west wheel when whether while whisper whole why wife wild willing win wind wine wing wish
within without woman wonder wonderful wood word work world worry worth wrap wrong yard year yell yes yesterday
yet young your zero arr ahoy matey aye captain parrot beep boop howdy partner boo hooray wow oh ah hmm well
Copper Fiddle guest guests free repair repairs repaired symbol sign lesson lessons violins flutes maple wood
harbour street pounds pound costs owns owner helper pepper makes sells opens closes twelve eighty
matey arr ahoy treasure parrot aye gold ship
topic answer result value reply kind text word json key list item name type title question
""".split()
