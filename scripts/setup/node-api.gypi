# What an addon of Node-API alone needs of Node's own common.gypi, on Linux.
{
  'target_defaults': {
    'default_configuration': 'Release',
    'configurations': { 'Release': { 'cflags': ['-O3'] } },
    'cflags': ['-fPIC', '-pthread'],
    'cflags_cc': ['-fno-rtti', '-fno-exceptions'],
    'ldflags': ['-pthread'],
    'defines': ['BUILDING_NODE_EXTENSION', '_GLIBCXX_USE_CXX11_ABI=1'],
  },
}
