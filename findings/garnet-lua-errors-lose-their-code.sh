#!/usr/bin/env bash
# In Garnet, an error that leaves a script has lost its code.
#
# Seen on: Microsoft.Garnet 2.2.8, StackExchange.Redis 3.4.35, .NET 10.
# Guess:   redis.error_reply('MYCODE text') arrives as "MYCODE text" and a command's WRONGTYPE as "WRONGTYPE …", so that a client can switch on the first word.
# Seen:    Both arrive as ERR …: the code is somewhere in the text. Inside the script, redis.pcall still shows it.
# So:      let scripts return a number or a word that says what happened, and raise no errors that a client has to tell apart.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Garnet" Version="2.2.8" />
    <PackageReference Include="StackExchange.Redis" Version="3.4.35" />
    <PackageReference Include="Microsoft.IdentityModel.Protocols.OpenIdConnect" Version="8.23.0" />
    <PackageReference Include="System.IdentityModel.Tokens.Jwt" Version="8.23.0" />
    <PackageReference Include="Azure.Core" Version="1.60.0" />
    <PackageReference Include="Microsoft.Identity.Client" Version="4.84.2" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
using Garnet;
using StackExchange.Redis;

var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
listener.Start();
var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
listener.Stop();
using var server = new GarnetServer(["-q", "--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--lua-transaction-mode", "--device-type", "RandomAccess", "--memory", "64m", "--page", "4m", "--index", "16m"]);
server.Start();
await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
var db = redis.GetDatabase();

await db.StringSetAsync("text", "abc");
foreach (var script in (string[])["return redis.error_reply('MYCODE text')", "return redis.call('LPUSH', KEYS[1], 'x')"])
    try
    {
        await db.ScriptEvaluateAsync(script, ["text"]);
    }
    catch (RedisServerException e)
    {
        Console.WriteLine(e.Message);
    }
Console.WriteLine(((string)(await db.ScriptEvaluateAsync("return redis.pcall('LPUSH', KEYS[1], 'x').err", ["text"]))!).Split(' ')[0]);
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='ERR MYCODE text
ERR Lua encountered an error: WRONGTYPE Operation against a key holding the wrong kind of value.
WRONGTYPE'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
