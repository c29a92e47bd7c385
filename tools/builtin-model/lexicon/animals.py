"""Animals with their attributes."""

from . import table

# name | group | baby | sound verb | home | food | colour | legs | remark
ANIMALS = table(
    """
dog | mammal | puppy | bark | kennel | meat | brown | four | Dogs are loyal friends and love to play.
cat | mammal | kitten | meow | house | fish | grey | four | Cats are quiet and like to sleep in the sun.
cow | mammal | calf | moo | barn | grass | brown | four | Cows give us milk.
horse | mammal | foal | neigh | stable | hay | brown | four | Horses are strong and can run fast.
sheep | mammal | lamb | baa | field | grass | white | four | Sheep give us wool.
goat | mammal | kid | bleat | farm | grass | white | four | Goats can climb steep rocks.
pig | mammal | piglet | oink | sty | corn | pink | four | Pigs are clever and like mud.
lion | mammal | cub | roar | grassland | meat | yellow | four | Lions live in groups called prides.
tiger | mammal | cub | growl | jungle | meat | orange | four | Tigers have dark stripes.
bear | mammal | cub | growl | cave | honey | brown | four | Bears sleep for most of the winter.
wolf | mammal | pup | howl | den | meat | grey | four | Wolves live and hunt in packs.
fox | mammal | cub | bark | den | mice | red | four | Foxes have a long bushy tail.
elephant | mammal | calf | trumpet | savanna | leaves | grey | four | Elephants have a long trunk and big ears.
giraffe | mammal | calf | hum | savanna | leaves | yellow | four | Giraffes have very long necks.
zebra | mammal | foal | bark | savanna | grass | striped | four | Zebras have black and white stripes.
monkey | mammal | infant | chatter | jungle | bananas | brown | two | Monkeys are good at climbing trees.
rabbit | mammal | bunny | squeak | burrow | carrots | white | four | Rabbits have long ears and can hop.
mouse | mammal | pup | squeak | hole | cheese | grey | four | Mice are tiny and quick.
squirrel | mammal | kit | chatter | nest | nuts | red | four | Squirrels hide nuts for the winter.
bat | mammal | pup | squeak | cave | insects | black | two | Bats fly at night and hang upside down.
whale | mammal | calf | sing | ocean | krill | blue | no | Whales are the biggest animals in the sea.
dolphin | mammal | calf | click | sea | fish | grey | no | Dolphins are clever and like to jump.
seal | mammal | pup | bark | coast | fish | grey | no | Seals swim well and rest on rocks.
kangaroo | mammal | joey | cluck | grassland | grass | brown | two | Kangaroos carry babies in a pouch.
koala | mammal | joey | grunt | tree | leaves | grey | four | Koalas sleep for most of the day.
camel | mammal | calf | grunt | desert | grass | brown | four | Camels can go a long time without water.
deer | mammal | fawn | bleat | forest | leaves | brown | four | Deer are shy and run fast.
hedgehog | mammal | hoglet | grunt | garden | insects | brown | four | Hedgehogs are covered with sharp spines.
panda | mammal | cub | bleat | forest | bamboo | black and white | four | Pandas spend most of the day eating.
donkey | mammal | foal | bray | stable | hay | grey | four | Donkeys can carry heavy loads.
beaver | mammal | kit | whine | river | bark of trees | brown | four | Beavers build dams out of sticks.
otter | mammal | pup | whistle | river | fish | brown | four | Otters hold hands when they sleep.
chicken | bird | chick | cluck | coop | seeds | white | two | Chickens lay eggs.
duck | bird | duckling | quack | pond | seeds | green | two | Ducks can swim and fly.
goose | bird | gosling | honk | lake | grass | white | two | Geese fly in the shape of a V.
owl | bird | owlet | hoot | tree | mice | brown | two | Owls see very well at night.
crow | bird | chick | caw | nest | seeds | black | two | Crows can solve puzzles.
parrot | bird | chick | talk | jungle | fruit | green | two | Parrots can copy words.
eagle | bird | eaglet | scream | mountain | fish | brown | two | Eagles have very sharp eyes.
penguin | bird | chick | honk | ice | fish | black and white | two | Penguins cannot fly but swim very well.
swan | bird | cygnet | honk | lake | water plants | white | two | Swans have long graceful necks.
turkey | bird | poult | gobble | farm | seeds | brown | two | Turkeys have a fan of tail feathers.
pigeon | bird | squab | coo | city | crumbs | grey | two | Pigeons can always find their way home.
rooster | bird | chick | crow | farm | seeds | red | two | Roosters wake up early in the morning.
flamingo | bird | chick | honk | lake | shrimp | pink | two | Flamingos often stand on one leg.
peacock | bird | chick | scream | garden | seeds | blue | two | Peacocks have a tail full of colours.
frog | amphibian | tadpole | croak | pond | flies | green | four | Frogs can jump very far.
toad | amphibian | tadpole | croak | garden | insects | brown | four | Toads have dry and bumpy skin.
snake | reptile | snakelet | hiss | grass | mice | green | no | Snakes have no legs and slide along the ground.
crocodile | reptile | hatchling | growl | swamp | fish | green | four | Crocodiles have many sharp teeth.
turtle | reptile | hatchling | hiss | sea | water plants | green | four | Turtles carry a hard shell on their backs.
lizard | reptile | hatchling | hiss | rock | insects | green | four | Lizards like to lie in the sun.
shark | fish | pup | make no sound | ocean | fish | grey | no | Sharks have many rows of teeth.
goldfish | fish | fry | make no sound | bowl | fish food | orange | no | Goldfish live in water and need no walks.
salmon | fish | fry | make no sound | river | insects | pink | no | Salmon swim up rivers to lay eggs.
bee | insect | larva | buzz | hive | nectar | yellow | six | Bees make honey.
fly | insect | maggot | buzz | house | crumbs | black | six | Flies are quick and hard to catch.
ant | insect | larva | make no sound | nest | crumbs | black | six | Ants work together and are very strong.
butterfly | insect | caterpillar | make no sound | garden | nectar | orange | six | Butterflies have bright and soft wings.
ladybird | insect | larva | make no sound | garden | tiny bugs | red | six | Ladybirds have black spots.
cricket | insect | nymph | chirp | field | grass | green | six | Crickets sing on warm evenings.
spider | arachnid | spiderling | make no sound | web | flies | black | eight | Spiders spin webs to catch their food.
octopus | mollusc | larva | make no sound | sea | crabs | red | eight | Octopuses have eight long arms.
snail | mollusc | hatchling | make no sound | garden | leaves | brown | no | Snails carry their house on their back.
crab | crustacean | larva | make no sound | beach | water plants | red | ten | Crabs walk sideways.
worm | invertebrate | hatchling | make no sound | soil | dead leaves | pink | no | Worms make the soil healthy.
""",
    "x", "group", "baby", "sound", "home", "food", "colour", "legs", "remark",
)

# From the smallest to the biggest, for questions that compare.
BY_SIZE = (
    "ant", "bee", "mouse", "frog", "squirrel", "rabbit", "cat", "fox", "dog", "sheep",
    "wolf", "pig", "lion", "bear", "cow", "horse", "camel", "giraffe", "elephant", "whale",
)

# From the slowest to the fastest.
BY_SPEED = ("snail", "turtle", "duck", "pig", "sheep", "bear", "rabbit", "horse", "lion", "eagle")
