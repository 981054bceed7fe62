var builder = DistributedApplication.CreateBuilder(args);

var redis = builder.AddRedis("redis").WithDataVolume();
var postgres = builder.AddPostgres("postgres").WithDataVolume();
var im = postgres.AddDatabase("im");

var realtime = builder.AddProject<Projects.Im_Realtime>("realtime")
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReplicas(2)
    .WithHttpHealthCheck("/health");

builder.AddProject<Projects.Im_Web>("web")
    .WithReference(redis).WaitFor(redis)
    .WithReference(im).WaitFor(im)
    .WithReference(realtime).WaitFor(realtime)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

builder.Build().Run();
